"""Things that are made on first use and then kept, one per key."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class OncePerKey(Generic[Key, Value]):
    """Keeps one value per key; everyone gets the same one, also when several threads ask for it first.

    It has no lock, so that a fork cannot leave it locked: threads that ask at the same moment may make a value each,
    of which the first to be done is kept.  A failed making is tried again.

    Args:
        make: makes the value of a key, without effects that are felt when the value is dropped.
    """

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make = make
        self._values: dict[Key, Value] = {}

    def __call__(self, key: Key) -> Value:
        """The value of ``key``; raises what the making raises."""
        try:
            return self._values[key]
        except KeyError:
            return self._values.setdefault(key, self._make(key))

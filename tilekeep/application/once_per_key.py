"""Things that are made on first use and then kept, one per key."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class OncePerKey(Generic[Key, Value]):
    """Makes each value once, also when several threads ask for it at a time; a failed making is tried again.

    The making of one value may ask for others, of the same or another family.

    Args:
        make: makes the value of a key.
    """

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._values: dict[Key, Value] = {}

    def __call__(self, key: Key) -> Value:
        """The value of ``key``; raises what the making raises."""
        try:
            return self._values[key]
        except KeyError:
            pass
        with self._lock:
            if key not in self._values:
                self._values[key] = self._make(key)
            return self._values[key]

    def reset_after_fork(self) -> None:
        """Replaces the lock, which another thread of the parent process may have held; values stay."""
        self._lock = threading.RLock()

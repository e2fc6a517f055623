"""A runner that does one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class InlineRunner:
    """A :class:`tilekeep.ports.parallel.ParallelRunner` in the calling thread."""

    def map(self, function: Callable[[Item], Result], items: Sequence[Item], limit: int) -> list[Result]:
        return [function(item) for item in items]

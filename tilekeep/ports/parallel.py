"""Doing several independent things at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class ParallelRunner(Protocol):
    """Runs one function over several items in bounded threads."""

    def map(self, function: Callable[[Item], Result], items: Sequence[Item], limit: int) -> list[Result]:
        """The results in the order of ``items``, at most ``limit`` at a time.

        The first error is raised when all that has been started has ended; what has not been started then is
        not started any more.
        """
        ...

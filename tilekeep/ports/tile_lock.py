"""Mutual exclusion while a tile or meta tile is made, across threads, processes and hosts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from tilekeep.domain.deadline import Deadline

#: Asks, from within the context of a lock, whether it is still held.  One that reaches over hosts is lost when its
#: holder is stopped, or cut off, for so long that he must be taken for dead.
StillHeld = Callable[[], bool]


class TileLock(Protocol):
    """Named exclusive locks.  A holder that dies gives its lock back.  Not reentrant."""

    def hold(self, name: str, deadline: Deadline) -> AbstractContextManager[StillHeld]:
        """Holds the lock ``name`` inside the context; waits for it until ``deadline``.

        Whoever is about to do what must not be done twice asks the context value first.

        :raises LockTimeout: on entering the context, when the deadline passed first.
        :raises LockUnavailable: on entering the context, at once, when there is no way to take the lock.
        """
        ...

    def try_hold(self, name: str) -> AbstractContextManager[bool]:
        """Holds the lock if it is free at once; the context value says whether it is held."""
        ...

    def is_held(self, name: str) -> bool:
        """Whether anybody holds the lock, for people who look; makes nothing that stays."""
        ...

"""No lock at all, for tiles that nobody stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.domain.deadline import Deadline
from tilekeep.ports.tile_lock import StillHeld


class NoLock:
    """Lets everybody in at once; callers share a making within their process only."""

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[StillHeld]:
        """Holds nothing, and so loses nothing."""
        yield lambda: True

    @contextmanager
    def try_hold(self, name: str) -> Iterator[bool]:
        """Holds nothing and says so."""
        yield True

    def is_held(self, name: str) -> bool:
        """Nobody ever holds anything."""
        return False

"""No lock at all, for tiles that nobody stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.domain.deadline import Deadline


class NoLock:
    """Lets everybody in at once; callers share a making within their process only."""

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[None]:
        """Holds nothing."""
        yield

    @contextmanager
    def try_hold(self, name: str) -> Iterator[bool]:
        """Holds nothing and says so."""
        yield True

    def is_held(self, name: str) -> bool:
        """Nobody ever holds anything."""
        return False

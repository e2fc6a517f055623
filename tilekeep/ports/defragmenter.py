"""Giving back the room that replaced and removed tiles leave in files with many tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import NO_DEADLINE, Deadline


class FileUse(NamedTuple):
    """How much of a file is needed for the tiles in it, in bytes."""

    used: int
    size: int

    @property
    def unused(self) -> int:
        """Bytes that nobody needs."""
        return self.size - self.used

    @property
    def unused_share(self) -> float:
        """The part of the file that nobody needs, from 0.0 to 1.0."""
        return self.unused / self.size if self.size else 0.0


class Defragmenter(Protocol):
    """Looks after the files of one tile set, while others read and write them.

    A file that is gone is no error.  All methods raise :class:`~tilekeep.domain.errors.StoreError` for what cannot
    be read or written; then the file is as before.
    """

    def files(self) -> Sequence[str]:
        """The paths of all files, sorted."""
        ...

    def use_of(self, file: str) -> FileUse | None:
        """How much of ``file`` is needed, or None if it is gone."""
        ...

    def defragment(self, file: str, deadline: Deadline = NO_DEADLINE) -> None:
        """Rewrites ``file`` without the room that nobody needs, or removes it if there is no tile in it.

        Readers see all its tiles at any moment; writers wait.  Whoever is killed meanwhile loses nothing.
        """
        ...

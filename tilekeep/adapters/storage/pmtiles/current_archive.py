"""The archive that has a name at the moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tilekeep.adapters.storage.pmtiles.archive import Archive, Replaced
from tilekeep.adapters.storage.pmtiles.header import FIRST_BYTES
from tilekeep.adapters.storage.pmtiles.ranges import ByteRanges
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError

T = TypeVar("T")

_ATTEMPTS = 3


class CurrentArchive:
    """Opens the archive on first use, and anew when another one has its name; safe to use from all threads."""

    def __init__(self, ranges: ByteRanges) -> None:
        """Touches nothing."""
        self._ranges = ranges
        self._archive: Archive | None = None

    @property
    def place(self) -> str:
        """Where the archive lies, without credentials."""
        return self._ranges.place

    def use(self, work: Callable[[Archive], T], deadline: Deadline) -> T | None:
        """What ``work`` makes of the archive; None if there is none.

        :raises StoreError: it cannot be read, or is none.
        """
        for _ in range(_ATTEMPTS):
            archive = self._current(deadline)
            if archive is None:
                return None
            try:
                return work(archive)
            except Replaced:
                self._archive = None
        raise StoreError(f"cannot read {self.place}: it is replaced again and again")

    def _current(self, deadline: Deadline) -> Archive | None:
        archive = self._archive
        if archive is not None:
            version = self._ranges.version()
            if version is None or version == archive.version:
                return archive
        first = self._ranges.read(0, FIRST_BYTES, deadline)
        self._archive = archive = None if first is None else Archive(self._ranges, first)
        return archive

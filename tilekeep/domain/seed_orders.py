"""Chunks for workers who know the caches, but nothing of the run: what they are told, and what they say of it."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.seeding import ChunkResult, TaskName
from tilekeep.domain.tile import TileCoord


class ChunkOrder(NamedTuple):
    """Units of one cache that are to be there; nothing but names and numbers.

    :ivar units: in order, each by its main tile.
    :ivar stale_before: POSIX seconds; stored tiles that are older are made anew.  None keeps all.
    :ivar only_existing: whether only stored tiles are made anew, and no missing ones.
    :ivar keeps_stale: whether a stale tile stays where it cannot be made anew.
    :ivar attempts: how often it has been tried in vain to make the first of the units.
    """

    task: TaskName
    units: tuple[TileCoord, ...]
    stale_before: float | None = None
    only_existing: bool = False
    keeps_stale: bool = True
    attempts: int = 0

    def after(self, part: ChunkPart) -> ChunkOrder:
        """What is left of it when a part is done."""
        return self._replace(units=self.units[part.units :], attempts=part.attempts)


class StoredSample(NamedTuple):
    """A tile that a worker has in its store: since when, in POSIX seconds, and where, for people."""

    tile: TileCoord
    stored_at: float
    place: str


class ChunkPart(NamedTuple):
    """As much of a chunk as there was time for.

    :ivar units: the first so many are settled, with this ``result``.
    :ivar attempts: how often it has been tried in vain to make the unit after these.
    :ivar wait_seconds: for how long that is to be left alone.
    :ivar sample: one of its tiles, by which whoever ordered it sees whether both have one store; None for none.
    """

    result: ChunkResult
    units: int
    attempts: int = 0
    wait_seconds: float = 0.0
    sample: StoredSample | None = None

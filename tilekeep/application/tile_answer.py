"""What asking for tiles can come to, and who can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.keeping import Worth
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.domain.tile_state import TileState


class TileAnswer(NamedTuple):
    """A tile for a client.

    :ivar tile: the tile, or None where there is nothing to show: services then send a transparent tile.
    :ivar state: where it came from.
    :ivar fresh_for: seconds after which clients should ask again, as it is stale or made of what is; None otherwise.
    :ivar storable: whether clients and shared caches may keep the answer at all.
    :ivar stale_for: seconds for which they may go on showing it after that, while it is made anew or cannot be; None
        to leave that to them.
    :ivar good_for: seconds for which it will be good, where clients are told that; None for the service's own time.
    :ivar left_over: whether the sources have nothing there any more, and ``tile`` is what is left of an earlier time.
    :ivar worth: as in :class:`tilekeep.domain.map_query.Drawn`.
    """

    tile: StoredTile | None
    state: TileState
    fresh_for: float | None = None
    storable: bool = True
    stale_for: float | None = None
    worth: Worth = Worth.MAP
    good_for: float | None = None
    left_over: bool = False


class Tiles(Protocol):
    """The tiles of one cache in one grid; what is missing is made.  Safe to call from any thread and process."""

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """The tile ``key``, whose coordinate must lie inside the grid.

        :raises SourceError: it has to be made, the source fails, and no old tile may stand in.
        :raises LockTimeout: it has to be made and another process did not finish before the deadline.
        :raises StoreError: it cannot be read and there is no source to ask.
        """
        ...

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """The tiles ``keys`` of one level, alike but for their coordinates, as one by one with fewer round trips."""
        ...

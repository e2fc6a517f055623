"""What asking for a tile can come to."""

from __future__ import annotations

import enum
from typing import NamedTuple

from tilekeep.domain.tile import StoredTile


class TileState(enum.Enum):
    """Where the answer came from."""

    HIT = "hit"
    STALE = "stale"
    REFRESHED = "refreshed"
    MISS = "miss"


class TileAnswer(NamedTuple):
    """A tile for a client.

    :ivar tile: the tile, or None where there is nothing to show: services then send a transparent tile.
    :ivar state: hit, stale (shown because the source fails), refreshed (a stale one made anew) or miss (made now).
    :ivar fresh_for: seconds after which clients should ask again, or None for the service's own time.
    :ivar storable: whether clients and shared caches may keep the answer at all.
    """

    tile: StoredTile | None
    state: TileState
    fresh_for: float | None = None
    storable: bool = True

"""How missing tiles come to be, seen from those who need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.keeping import Worth
from tilekeep.domain.meta_tile import MetaTilePlan
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import Dimensions, StoredTile, TileCoord, TileKey
from tilekeep.ports.failure_memory import RememberedFailure


class WantedBlock(NamedTuple):
    """A block of tiles that somebody wants to have; equal ones are made once.

    :ivar plan: the tiles, and how they are fetched.
    :ivar dimensions: those of all its tiles, as is ``variant``.
    :ivar policy: which stored tiles are good enough not to be made again; a seed task may be stricter than its cache.
    :ivar purpose: what it is made for.
    """

    plan: MetaTilePlan
    dimensions: Dimensions
    variant: str
    policy: StalenessPolicy
    purpose: Purpose

    def key(self, coord: TileCoord) -> TileKey:
        """The key of one of its tiles."""
        return TileKey(coord, self.dimensions, self.variant)

    @property
    def keys(self) -> list[TileKey]:
        """The keys of all its tiles."""
        return [self.key(coord) for coord in self.plan.coords]


class Made(NamedTuple):
    """The tile was made just now; its info equals that of the stored tile, if it was stored.

    :ivar fresh_for: seconds after which clients should ask again, as the tile was made of stale ones; None otherwise.
    :ivar storable: whether anybody may keep it; one that may not be kept has not been stored either.
    :ivar good_for: seconds for which its server says that it is good; None otherwise.
    :ivar worth: as in :class:`tilekeep.domain.map_query.Drawn`; it has not replaced a stored tile that is worth more.
    :ivar stored: whether it is in the store; False if it is not worth as much as what is there, or cannot be stored.
    """

    tile: StoredTile
    fresh_for: float | None = None
    storable: bool = True
    worth: Worth = Worth.MAP
    good_for: float | None = None
    stored: bool = True


class InStore(NamedTuple):
    """A good tile is in the store: another process made it, or it was renewed without moving bytes."""

    renewed: bool = False


class NoTile(NamedTuple):
    """The sources have nothing to show here; nothing was stored."""


Outcome = Made | InStore | NoTile


class Obstacles(NamedTuple):
    """What is in the way of making a block at the moment.

    :ivar is_locked: whether somebody is making it already.
    :ivar failure: its making failed a moment ago and is not tried again yet.
    """

    is_locked: bool
    failure: RememberedFailure | None


class KnowsObstacles(Protocol):
    """Tells what a request for a block would meet, without making it."""

    def obstacles(self, block: WantedBlock) -> Obstacles:
        """What is in the way of ``block``; changes nothing."""
        ...


class TileMaker(Protocol):
    """Makes all tiles of one block at once.  Safe to call from any thread and process."""

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        """The outcome for every tile of ``block``; callers asking for the same block at a time share one making.

        Tiles stored before stay as they are when the source fails; showing them is the caller's decision.

        :raises SourceError: the source failed, now or a moment ago.
        :raises LockTimeout: another process held the block until the deadline.
        """
        ...


class BlockMaker(TileMaker, KnowsObstacles, Protocol):
    """Makes blocks, and knows what is in the way of it."""

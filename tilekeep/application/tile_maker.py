"""How missing tiles come to be, seen from those who need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.meta_tile import MetaTilePlan
from tilekeep.domain.tile import Dimensions, StoredTile, TileKey


class Made(NamedTuple):
    """The tile was made just now; its info equals that of the stored tile."""

    tile: StoredTile


class InStore(NamedTuple):
    """A good tile is in the store: another process made it, or it was renewed without moving bytes."""

    renewed: bool = False


class NoTile(NamedTuple):
    """The sources have nothing to show here; nothing was stored."""


Outcome = Made | InStore | NoTile


class TileMaker(Protocol):
    """Makes all tiles of one block at once.  Safe to call from any thread and process."""

    def make(
        self, plan: MetaTilePlan, dimensions: Dimensions, purpose: Purpose, deadline: Deadline
    ) -> Mapping[TileKey, Outcome]:
        """The outcome for every tile of ``plan``; callers asking for the same block at a time share one making.

        Tiles stored before stay as they are when the source fails; showing them is the caller's decision.

        :raises SourceError: the source failed, now or a moment ago.
        :raises LockTimeout: another process held the block until the deadline.
        """
        ...

"""Mark stored tiles as stale, so that they are made anew when somebody wants them; nothing is removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tilekeep.application.seeding.stored_tiles import tiles_of_plan
from tilekeep.domain.batches import batches
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import TileKey
from tilekeep.ports.tile_store import TileLister, TileRenewer

#: Tiles that are marked together.
_AT_ONCE = 500


class MarkedStore(TileLister, TileRenewer, Protocol):
    """What is asked of a store."""


@dataclass(frozen=True, slots=True)
class Invalidation:
    """Tiles of a cache in one grid that are no longer true.

    :ivar plan: where they are, with single tiles as units.
    :ivar made_of: the cache from which the invalidation has reached this one; None where it begins.
    """

    cache: str
    grid: str
    store: MarkedStore
    plan: SeedPlan
    made_of: str | None = None


class MarkedLevel(NamedTuple):
    """Tiles of a level that have been marked, and those that had been before, without other forms of them."""

    level: int
    marked: int
    already: int


class Invalidate:
    """Marks tiles; servers and seeding may go on meanwhile.

    Of a tile that is made anew at that moment the mark may be lost: what was asked of the source before the data
    changed can come in after it.
    """

    def __call__(self, invalidation: Invalidation, *, dry_run: bool) -> Iterator[MarkedLevel]:
        """Level by level, as far as there is anything, at the cost of what is stored there; a dry run only counts.

        :raises StoreError: the store cannot be listed, or refuses.
        """
        for level in invalidation.plan.levels:
            found = self._level(invalidation, level, dry_run=dry_run)
            if found.marked or found.already:
                yield found

    def _level(self, invalidation: Invalidation, level: int, *, dry_run: bool) -> MarkedLevel:
        marked = already = 0
        tiles = tiles_of_plan(invalidation.store, invalidation.plan, level)
        for some in batches(tiles, _AT_ONCE):
            fresh: list[TileKey] = [key for key, info in some if info.stored_at > MARKED_STALE]
            if fresh and not dry_run:
                invalidation.store.mark_stale(fresh)
            own = sum(not key.variant for key in fresh)
            marked += own
            already += sum(not key.variant for key, _ in some) - own
        return MarkedLevel(level, marked, already)

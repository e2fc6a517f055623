"""Whether those who seed together have one store: a tile that one of them has stored is there for the other."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.seed_orders import StoredSample
from tilekeep.domain.tile import TileCoord, TileKey

#: Main tiles of units that are looked for; some lie where there is nothing to show.
_MOST_LOOKS = 8

#: How exactly stores keep times.
_RESOLUTION_SECONDS = 2.0


def stored_sample(task: SeedTask, units: Iterable[TileCoord]) -> StoredSample | None:
    """A tile of units that are done, as it is stored here; None if none is found soon.

    :raises StoreError: the store cannot be looked at.
    """
    for unit, _ in zip(units, range(_MOST_LOOKS), strict=False):
        key = TileKey(unit, task.name.dimensions)
        info = task.cache.store.stat_many([key]).get(key)
        if info is not None:
            return StoredSample(unit, info.stored_at, task.cache.store.locate(key))
    return None


def place_without(task: SeedTask, sample: StoredSample) -> str | None:
    """Where the tile that somebody else has stored should lie and does not, or only an older one; None if it is seen.

    :raises StoreError: the store cannot be looked at.
    """
    key = TileKey(sample.tile, task.name.dimensions)
    info = task.cache.store.stat_many([key]).get(key)
    if info is not None and info.stored_at >= sample.stored_at - _RESOLUTION_SECONDS:
        return None
    return task.cache.store.locate(key)

"""The tiles of a cache in the other forms in which they are offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tilekeep.application.derived_tiles import DerivedTiles, Recipe
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_recipes import InOtherFormat, OfNextLevel
from tilekeep.application.variant_tiles import VariantTiles
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_storage import PmtilesStorage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.tile_variant import DOUBLE, variant_name
from tilekeep.ports.clock import Clock
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import SliceReader, TileStore


def keeps_variants(cache: EffectiveCache) -> bool:
    """Whether other forms of its tiles are stored; archives are only read."""
    return cache.stores_tiles and cache.variants.keep and not isinstance(cache.storage, PmtilesStorage)


@dataclass(frozen=True, slots=True)
class VariantParts:
    """What other forms are made with."""

    imaging: Imaging
    locks: TileLock
    clock: Clock
    read_slice: SliceReader


@dataclass(frozen=True, slots=True)
class VariantForms:
    """Makes the other forms of the tiles of a cache in one grid.

    :ivar own: its tiles, not clipped yet; ``doubled`` are those with twice the pixels that the source is asked for.
    :ivar limits: what a stored tile may cost to decode.
    """

    cache: EffectiveCache
    grid: TileGrid
    own: Tiles
    doubled: Tiles | None
    store: TileStore
    lock_id: str
    limits: ImageLimits
    parts: VariantParts

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """How they are made of its tiles, or of those with twice the pixels, by the name of the variant."""
        imaging, found = self.parts.imaging, dict[str, Recipe]()
        if self.cache.variants.double == "next_level":
            found[DOUBLE] = OfNextLevel(imaging, self.limits, self.grid, self.cache.encoding)
        for encoding in self.cache.variants.encodings:
            name = variant_name(encoding.extension, doubled=True)
            found[encoding.extension] = InOtherFormat(imaging, self.limits, "", encoding)
            if self.cache.variants.double == "next_level":
                found[name] = OfNextLevel(imaging, self.limits, self.grid, encoding)
            elif self.doubled is not None:
                found[name] = InOtherFormat(imaging, self.limits, DOUBLE, encoding)
        return found

    def others(self) -> Mapping[str, Tiles]:
        """By the name of the variant."""
        found = {name: self._derived(recipe) for name, recipe in self.recipes.items()}
        return found if self.doubled is None else {DOUBLE: self.doubled, **found}

    @property
    def _all(self) -> Tiles:
        """All that others are made of."""
        return self.own if self.doubled is None else VariantTiles(self.own, {DOUBLE: self.doubled})

    def _derived(self, recipe: Recipe) -> Tiles:
        return DerivedTiles(
            tiles=self._all,
            recipe=recipe,
            store=self.store if keeps_variants(self.cache) else None,
            locks=self.parts.locks,
            lock_id=self.lock_id,
            clock=self.parts.clock,
            read_slice=self.parts.read_slice,
        )

"""The tiles of a cache in the other forms in which they are offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tilekeep.application.derived_tiles import DerivedTiles, Recipe
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_recipes import InOtherFormat, OfNextLevel
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_storage import PmtilesStorage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.tile_variant import variant_name
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

    :ivar own: its tiles, not clipped yet.
    :ivar limits: what a stored tile may cost to decode.
    """

    cache: EffectiveCache
    grid: TileGrid
    own: Tiles
    store: TileStore
    lock_id: str
    limits: ImageLimits
    parts: VariantParts

    def others(self, doubled: Tiles | None) -> Mapping[str, Tiles]:
        """By the name of the variant; ``doubled`` are tiles with twice the pixels that the source is asked for."""
        found = {variant_name("", doubled=True): self._doubled(doubled, None)}
        for encoding in self.cache.variants.encodings:
            name = encoding.extension
            found[variant_name(name, doubled=False)] = self._encoded(self.own, "", encoding)
            found[variant_name(name, doubled=True)] = self._doubled(doubled, encoding)
        return {name: tiles for name, tiles in found.items() if tiles is not None}

    def _doubled(self, doubled: Tiles | None, encoding: ImageEncoding | None) -> Tiles | None:
        """With twice the pixels, in the format of the cache or another one; None where that is not offered."""
        if self.cache.variants.double == "next_level":
            wanted = encoding or self.cache.encoding
            return self._derived(self.own, OfNextLevel(self.parts.imaging, self.limits, self.grid, wanted))
        if doubled is None or encoding is None:
            return doubled
        return self._encoded(doubled, variant_name("", doubled=True), encoding)

    def _encoded(self, tiles: Tiles, variant: str, encoding: ImageEncoding) -> Tiles:
        return self._derived(tiles, InOtherFormat(self.parts.imaging, self.limits, variant, encoding))

    def _derived(self, tiles: Tiles, recipe: Recipe) -> Tiles:
        return DerivedTiles(
            tiles=tiles,
            recipe=recipe,
            store=self.store if keeps_variants(self.cache) else None,
            locks=self.parts.locks,
            lock_id=self.lock_id,
            clock=self.parts.clock,
            read_slice=self.parts.read_slice,
        )

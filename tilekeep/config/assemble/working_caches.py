"""What reads, makes and stores the tiles of a cache in one grid, put together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from tilekeep.application.clipped_tiles import ClippedTiles
from tilekeep.application.explain_form import ExplainForm
from tilekeep.application.fetched_tiles import FetchesTiles, TileFetcher
from tilekeep.application.following_store import FollowingStore
from tilekeep.application.get_tile import GetTile
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.map_from_tiles import MapFromTiles, MosaicLook
from tilekeep.application.opaque_gate import OpaqueGate
from tilekeep.application.rescaled_tiles import RescaledTiles
from tilekeep.application.stale_refresh import StaleRefresh
from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_maker import BlockMaker, TileMaker
from tilekeep.application.variant_tiles import VariantTiles
from tilekeep.config.assemble.cache_parts import CacheParts
from tilekeep.config.assemble.cache_rules import age_limit, planner_of
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.stores import StoreAssembly, is_shared
from tilekeep.config.assemble.variants import VariantForms, VariantParts, keeps_variants
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, EffectiveVariants
from tilekeep.domain.finer_tiles import doubled_grid
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import MIXED, ImageEncoding, ImageLimits
from tilekeep.domain.lock_names import renderd_lock_id
from tilekeep.domain.meta_tile import MetaTilePlanner
from tilekeep.domain.region import Region
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import TileSet
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.tile_store import TileStore


class WorkingParts(NamedTuple):
    """What reads, makes and stores the tiles of a cache in one grid; ``tiles`` are not clipped yet."""

    tile_set: TileSet
    grid: TileGrid
    region: Region | None
    planner: MetaTilePlanner
    policy: StalenessPolicy
    store: TileStore
    maker: BlockMaker | None
    tiles: Tiles


class AllForms(NamedTuple):
    """The tiles of a cache as services deliver them; ``explain`` is there if it offers other forms than its own."""

    tiles: Tiles
    explain: ExplainForm | None


@dataclass(frozen=True, slots=True)
class WorkingCaches:
    """Puts caches together.

    :ivar parts: what they are made with.
    :ivar stores: makes their stores, those of ``wanted_store`` for a cache and the key of a grid.
    :ivar limits: of the images of sources and stores.
    :ivar making_seconds: how long the making of a tile may take beside requests.
    :ivar tells_age: whether answers say how old tiles are.
    """

    parts: CacheParts
    grids: GridAssembly
    stores: StoreAssembly
    wanted_store: Callable[[EffectiveCache, str], WantedStore]
    limits: ImageLimits
    making_seconds: float
    tells_age: bool

    def region(self, cache: EffectiveCache, grid_key: str) -> Region | None:
        """The area of a cache, in the SRS of a grid; None is everywhere."""
        option = ("caches", cache.name, "cache", "coverage")
        return self.parts.coverages.region(cache.coverage, self.grids.grid(grid_key).srs, option)

    def working_parts(
        self,
        cache: EffectiveCache,
        grid_key: str,
        gate: StoreGate,
        source: MapSource | None,
        policy: StalenessPolicy | None = None,
        *,
        grid: TileGrid | None = None,
    ) -> WorkingParts:
        """What reads, makes and stores the tiles of a cache in one grid; without a ``policy``, by that of the cache.

        ``grid`` is another one for the same tiles with another number of pixels.
        """
        is_own, region = grid is None, self.region(cache, grid_key)
        grid = grid or self.grids.grid(grid_key)
        planner = planner_of(cache, grid, source, delegated=self.parts.rendering.delegates(cache))
        policy = policy or StalenessPolicy(age_limit(cache.refresh), cache.max_stale_seconds)
        wanted = self.wanted_store(cache, grid_key)
        store = self.parts.measured.store(self.stores.store(wanted), cache.name)
        store = self.parts.traced.store(store, cache.name)
        store = store if is_own else FollowingStore(store)
        maker = None if source is None else self._maker(replace(wanted, grid=grid), source, gate, store)
        get_tile = GetTile(
            reader=store,
            policy=policy,
            maker=maker,
            planner=planner,
            grid=grid,
            region=region,
            clock=self.parts.clock,
            parallel=self.parts.parallel,
            retry_seconds=max(1.0, cache.failure_seconds),
            concurrent_makings=cache.concurrent_tile_creators,
            refresh=None if maker is None else self._refresh(cache, maker, wanted.tile_set),
            tells_age=self.tells_age,
        )
        rescaled = self._rescaled(cache, grid, store, get_tile) if is_own else get_tile
        tiles = self.parts.measured.tiles(rescaled, cache.name)
        return WorkingParts(wanted.tile_set, grid, region, planner, policy, store, maker, tiles)

    def in_all_forms(
        self, cache: EffectiveCache, grid_key: str, gate: StoreGate, source: MapSource | None, parts: WorkingParts
    ) -> AllForms:
        """The tiles as services deliver them, with the other forms in which they are offered."""
        shared = self.parts
        wanted = cache.variants
        own = self._clipped(cache, parts, parts.tiles, cache.encoding)
        if wanted == EffectiveVariants():
            return AllForms(own, None)
        doubled = None
        if wanted.double == "source" and source is not None:
            grid, kept = doubled_grid(parts.grid), replace(cache, stores_tiles=keeps_variants(cache))
            doubled = self.working_parts(kept, grid_key, gate, source, grid=grid).tiles
        locks = shared.locks(_lock_directory(cache)) if is_shared(cache) else shared.no_lock
        forms = VariantForms(
            cache=cache,
            grid=parts.grid,
            own=parts.tiles,
            doubled=doubled,
            store=parts.store,
            lock_id=cache.storage.lock_id(cache.directories[grid_key]),
            limits=self.limits,
            parts=VariantParts(shared.imaging, locks, shared.clock, shared.read_slice),
        )
        others = {
            name: self._clipped(cache, parts, tiles, wanted.offered.encoding(name, cache.encoding))
            for name, tiles in forms.others().items()
        }
        explain = ExplainForm(
            recipes=forms.recipes,
            reader=parts.store if doubled is None else FollowingStore(parts.store),
            locator=parts.store,
            policy=parts.policy,
            clock=shared.clock,
            keeps=keeps_variants(cache),
        )
        return AllForms(VariantTiles(own, others), explain)

    def maps(self, cache: EffectiveCache, grid: TileGrid, store: TileStore, tiles: Tiles) -> MapFromTiles:
        """What draws maps from the tiles of a cache, which come from its ``store``."""
        parts, encoding = self.parts, cache.encoding
        return MapFromTiles(
            tiles=tiles,
            remover=store,
            grid=grid,
            imaging=parts.imaging,
            projection=parts.projection,
            read_slice=parts.read_slice,
            limits=self.limits,
            look=MosaicLook(bool(encoding.transparent) or encoding.format == MIXED, encoding.resampling),
        )

    def _refresh(self, cache: EffectiveCache, maker: TileMaker, tile_set: TileSet) -> StaleRefresh | None:
        """None where requests wait for new tiles, as in the reference."""
        if math.isinf(cache.patience_seconds):
            return None
        return StaleRefresh(
            maker=maker,
            tile_set=tile_set,
            runner=self.parts.background,
            clock=self.parts.clock,
            patience_seconds=cache.patience_seconds,
            making_seconds=self.making_seconds,
            pause_seconds=max(1.0, cache.failure_seconds),
        )

    def _rescaled(self, cache: EffectiveCache, grid: TileGrid, store: TileStore, tiles: Tiles) -> Tiles:
        """The tiles with gaps filled from other levels: each link of the chain may go one level further."""
        rescaling = cache.rescaling
        if rescaling is None:
            return tiles
        chain: Tiles = tiles
        for _ in range(min(rescaling.levels, grid.levels - 1)):
            chain = RescaledTiles(
                tiles=tiles,
                neighbours=self.maps(cache, grid, store, chain),
                step=rescaling.step,
                grid=grid,
                imaging=self.parts.imaging,
                encoding=cache.encoding,
                clock=self.parts.clock,
                writer=store if rescaling.keeps else None,
            )
        return chain

    def _clipped(self, cache: EffectiveCache, made: WorkingParts, tiles: Tiles, encoding: ImageEncoding) -> Tiles:
        """The tiles cut at the coverage of the cache, where that is wanted (spec/caches.md, 13)."""
        if made.region is None or cache.coverage is None or not cache.coverage.clip:
            return tiles
        parts = self.parts
        return ClippedTiles(tiles, made.grid, made.region, parts.imaging, encoding, self.limits, parts.read_slice)

    def _maker(self, wanted: WantedStore, source: MapSource, gate: StoreGate, store: TileStore) -> BlockMaker:
        parts, cache = self.parts, wanted.cache
        locks = _lock_directory(cache)
        opaque = cache.encoding.opaque
        fetcher: FetchesTiles = TileFetcher(
            source=source,
            imaging=parts.imaging,
            gate=gate if opaque is None else OpaqueGate(opaque, self.limits.max_bytes, cache.name),
            parallel=parts.parallel,
            grid=wanted.grid,
            encoding=cache.encoding,
            request_media_type=cache.request_format,
            concurrent_fetches=cache.concurrent_tile_creators,
            watermark=cache.watermark,
        )
        lock_id = cache.storage.lock_id(wanted.place)
        if parts.rendering.delegates(cache):
            fetcher = parts.rendering.fetcher(fetcher, store, wanted.tile_set)
            lock_id = renderd_lock_id(*wanted.tile_set[:2])
        made = MakeMetaTile(
            tile_set=wanted.tile_set,
            store=store,
            fetcher=fetcher,
            locks=parts.locks(locks) if is_shared(cache) else parts.no_lock,
            lock_id=lock_id,
            failures=parts.failures(locks),
            flights=parts.flights,
            clock=parts.clock,
            failure_seconds=cache.failure_seconds,
        )
        return parts.traced.maker(made, wanted.tile_set)


def _lock_directory(cache: EffectiveCache) -> LockDirectory:
    """Where locks of its tiles are."""
    return LockDirectory(
        cache.tile_lock_dir,
        cache.lock_directory_permissions,
        cache.lock_file_permissions,
        cache.lock_timeout_seconds,
        of_all_hosts=True,
    )

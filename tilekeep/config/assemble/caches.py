"""The working parts of a cache in one grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from tilekeep.adapters.http.choice import ClientOptions
from tilekeep.application.clipped_tiles import ClippedTiles
from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.fetched_tiles import FetchesTiles, TileFetcher
from tilekeep.application.get_tile import GetTile
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.map_from_tiles import MapFromTiles, MosaicLook
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.opaque_gate import OpaqueGate
from tilekeep.application.rescaled_tiles import RescaledTiles
from tilekeep.application.seeding.seed_task import SeededCache
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.stale_refresh import StaleRefresh
from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_maker import BlockMaker, Outcome, TileMaker
from tilekeep.application.variant_tiles import VariantTiles
from tilekeep.config.assemble.admitted_clients import AdmittedClients
from tilekeep.config.assemble.area_files import FileVersions, file_versions
from tilekeep.config.assemble.cache_areas import CacheAreas
from tilekeep.config.assemble.cache_rules import age_limit, fits_every_grid, is_storage_only, planner_of
from tilekeep.config.assemble.cached_maps import CachedMaps
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.kept_nodes import ContentHash, KeptNodes, content_hash
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.measured import Measured
from tilekeep.config.assemble.plugin_stores import PluginStores
from tilekeep.config.assemble.rendering import RenderingAssembly
from tilekeep.config.assemble.sources import SourceAssembly
from tilekeep.config.assemble.store_keeping import KeptLedger, StoreKeeping
from tilekeep.config.assemble.stores import StoreAssembly, is_shared
from tilekeep.config.assemble.traced import Traced
from tilekeep.config.assemble.upstreams import upstreams_of
from tilekeep.config.assemble.variants import VariantForms, VariantParts, keeps_variants
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.assemble.xyz_grids import xyz_levels
from tilekeep.config.mapproxy.caches import PmtilesBackend
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, EffectiveVariants, effective_cache
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.config.mapproxy.meaning_layers import dimension_names
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource, EffectiveTileSource
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import stores_of
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.config.problems import Problem
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.finer_tiles import doubled_grid, first_level_not_halved
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import MIXED, ImageEncoding, ImageLimits
from tilekeep.domain.lock_names import renderd_lock_id
from tilekeep.domain.meta_tile import MetaTilePlanner
from tilekeep.domain.region import Region
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.domain.tile_variant import NO_VARIANTS, Variants
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.defragmenter import Defragmenter
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.free_room import FreeRoom
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import SliceReader, TileStore
from tilekeep.ports.upstream_gate import UpstreamGate


@dataclass(frozen=True, slots=True)
class CacheParts:
    """What caches are made with; ``locks`` and ``failures`` share one per directory, ``new_lock`` does not."""

    make_store: Callable[..., TileStore]
    plugins: InstalledPlugins
    make_defragmenter: Callable[..., Defragmenter]
    make_ledger: Callable[..., KeptLedger]
    make_room: Callable[[str], FreeRoom]
    locks: Callable[[LockDirectory], TileLock]
    new_lock: Callable[[LockDirectory], TileLock]
    no_lock: TileLock
    failures: Callable[[LockDirectory], FailureMemory]
    http_client: Callable[[ClientOptions], HttpClient]
    admitted: AdmittedClients
    flights: SingleFlight[Mapping[TileKey, Outcome]]
    imaging: Imaging
    parallel: ParallelRunner
    background: BackgroundRunner
    evictions: OneAtATime
    projection: Projection
    coverages: CoverageAssembly
    clock: Clock
    read_slice: SliceReader
    gate: UpstreamGate
    measured: Measured
    traced: Traced
    rendering: RenderingAssembly


@dataclass(frozen=True, slots=True)
class CacheNode:
    """A cache in one grid, ready to answer.

    :ivar tiles: its tiles as services deliver them.
    :ivar maps: draws from these tiles.
    """

    grid: TileGrid
    tiles: Tiles
    maps: MapFromTiles
    explain: ExplainTile
    encoding: ImageEncoding
    variants: Variants = NO_VARIANTS


@dataclass(frozen=True, slots=True)
class CacheDescription:
    """A cache in one grid without its working parts; ``extent`` is the area with data, in the SRS of the grid."""

    grid: TileGrid
    encoding: ImageEncoding
    extent: BBox
    variants: Variants = NO_VARIANTS


class StoredCache(NamedTuple):
    """The tiles of a cache in one grid.

    :ivar settle: brings the account of what is stored up to date; None where none is kept.
    :ivar ledger: the account.
    """

    tile_set: TileSet
    grid: TileGrid
    store: TileStore
    settle: SettleLedger | None = None
    ledger: KeptLedger | None = None


class _WorkingParts(NamedTuple):
    """What reads, makes and stores the tiles of a cache in one grid; ``tiles`` are not clipped yet."""

    tile_set: TileSet
    grid: TileGrid
    region: Region | None
    planner: MetaTilePlanner
    policy: StalenessPolicy
    store: TileStore
    maker: BlockMaker | None
    tiles: Tiles


class CacheAssembly:
    """Makes each cache once for each of its grids, on first use.

    Args:
        settings: the whole configuration.
        base_dir: absolute directory of the configuration.
        grids: makes grids.
        sources: makes sources.
        parts: everything else caches are made with.
        kept: the nodes, those of a configuration before this one among them.
        options: the globals, on which all nodes depend.
    """

    def __init__(
        self,
        settings: Settings,
        base_dir: str,
        grids: GridAssembly,
        sources: SourceAssembly,
        parts: CacheParts,
        kept: KeptNodes[CacheNode],
        options: EffectiveGlobals,
    ) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._grids = grids
        self._sources = sources
        self._parts = parts
        self.kept = kept
        self._options = options
        http = settings.globals.http
        self._limits = ImageLimits(http.max_image_bytes, http.max_image_pixels)
        self.effective: OncePerKey[str, EffectiveCache] = OncePerKey(
            lambda name: effective_cache(settings, name, base_dir)
        )
        self._dimension_names: Mapping[str, Collection[str]] | None = None
        self.content: OncePerKey[tuple[str, str], ContentHash] = OncePerKey(lambda key: self._content(*key))
        self.node: OncePerKey[tuple[str, str], CacheNode] = OncePerKey(
            lambda key: kept(self.content(key), lambda: self._node(*key))
        )
        self._stores = StoreAssembly(
            parts.make_store,
            parts.make_defragmenter,
            parts.locks,
            parts.new_lock,
            parts.projection,
            parts.http_client,
            parts.admitted,
            self._dimension_names_of,
            StoreKeeping(
                parts.make_ledger,
                parts.new_lock,
                parts.make_room,
                parts.background,
                parts.evictions,
                parts.clock,
                options,
            ),
            PluginStores(parts.plugins, self._dimension_names_of, parts.clock),
        )
        self.areas = CacheAreas(settings, base_dir, grids, parts.coverages, parts.projection)
        self.maps = CachedMaps(
            effective=self.effective,
            node=self.node,
            gate=self._gate,
            dimension_names=self._dimension_names_of,
            areas=self.areas,
            grids=grids,
            imaging=parts.imaging,
            projection=parts.projection,
            read_slice=parts.read_slice,
            preferred_srs=grids.preferred_srs,
            max_tiles=settings.globals.cache.max_tile_limit,
        )

    def stores(self) -> Iterator[StoredCache]:
        """The stores of all caches, for each grid, without anything that makes tiles; nothing of them is kept.

        Tiers are several stores; what lives in the memory of other processes is none.
        """
        for name in self._settings.caches:
            cache = self.effective(name)
            for grid_key in cache.grids if cache.stores_tiles else ():
                wanted = self._wanted_store(cache, grid_key)
                for kept in self._stores.lasting(wanted):
                    yield StoredCache(wanted.tile_set, wanted.grid, *kept)

    def store(self, name: str, grid_key: str) -> TileStore:
        """The tiles of the cache ``name`` in the grid with the key ``grid_key``, all tiers together."""
        return self._stores.store(self._wanted_store(self.effective(name), grid_key))

    def stored(self, name: str, grid_key: str) -> StoredCache | None:
        """The store of a cache in one grid, of tiers the last, which has everything; None if nothing lasts."""
        cache = self.effective(name)
        if not cache.stores_tiles or grid_key not in cache.grids:
            return None
        wanted = self._wanted_store(cache, grid_key)
        kept = list(self._stores.lasting(wanted))
        return StoredCache(wanted.tile_set, wanted.grid, *kept[-1]) if kept else None

    def _wanted_store(self, cache: EffectiveCache, grid_key: str) -> WantedStore:
        """The store of a cache in the grid with the key ``grid_key``."""
        grid = self._grids.grid(grid_key)
        tile_set = TileSet(cache.name, grid.name, cache.encoding.extension)
        extent = partial(self.areas.bbox, (cache.name, grid_key))
        return WantedStore(cache, grid_key, tile_set, cache.directories[grid_key], grid, extent)

    def defragmenters(self) -> Mapping[str, Sequence[Defragmenter]]:
        """What defragments the stores of caches that need it, by the name of the cache."""
        found: dict[str, list[Defragmenter]] = {}
        for name in self._settings.caches:
            cache = self.effective(name)
            for grid_key in cache.grids:
                defragmenter = self._stores.defragmenter(cache, cache.directories[grid_key])
                if defragmenter is not None:
                    found.setdefault(name, []).append(defragmenter)
        return found

    def _dimension_names_of(self, cache: str) -> Collection[str]:
        if self._dimension_names is None:
            self._dimension_names = dimension_names(self._settings)
        return self._dimension_names.get(cache, frozenset())

    def problems(self) -> list[Problem]:
        """What only shows when grids, coverages and sources of all caches are put together; each cause once."""
        problems: dict[Problem, None] = {}
        for name, options in self._settings.caches.items():
            whole = not fits_every_grid(self._settings, options)
            for grid_key in options.grids or (DEFAULT_GRID,):
                try:
                    self._check(name, grid_key, whole=whole)
                except ConfigurationError as error:
                    problems[problem_of(error.option, error.message)] = None
        return list(problems)

    def _check(self, name: str, grid_key: str, *, whole: bool) -> None:
        grid = self._grids.grid(grid_key)
        if any(isinstance(store, PmtilesBackend) for store in stores_of(self._settings.caches[name].cache)):
            xyz_levels(grid, self._parts.projection, ("caches", name, "grids"))
        self._check_double(name, grid)
        level = self._settings.caches[name].use_direct_from_level
        if (
            level is not None
            and level >= grid.levels
            and grid_key == (self._settings.caches[name].grids or (DEFAULT_GRID,))[0]
        ):
            message = f"the grid {grid_key!r} has the levels 0 to {grid.levels - 1}; name one of them"
            raise ConfigurationError(message, option=("caches", name, "use_direct_from_level"))
        if whole:
            cache = effective_cache(self._settings, name, self._base_dir)
            self._source(cache, grid_key, self._gate(cache))
            self._region(cache, grid_key)

    def _check_double(self, name: str, grid: TileGrid) -> None:
        """Four tiles of the next level are one with twice the pixels where levels are halved, nowhere else."""
        variants = self._settings.caches[name].variants
        z = first_level_not_halved(grid)
        if variants is None or variants.double != "next_level" or z is None:
            return
        message = f"level {z + 1} of the grid {grid.name!r} has not half the resolution of level {z}"
        raise ConfigurationError(f"{message}; use double: source", option=("caches", name, "variants", "double"))

    def _gate(self, cache: EffectiveCache) -> StoreGate:
        return StoreGate(self._parts.imaging, self._limits, cache.name)

    def _source(self, cache: EffectiveCache, grid_key: str, gate: StoreGate) -> MapSource | None:
        grid = self._grids.grid(grid_key)
        return self._sources.source(
            cache.sources,
            grid,
            gate,
            transparent=bool(cache.encoding.transparent),
            bands=cache.bands,
            cache_as_source=self.maps.as_source_of(cache, grid_key),
        )

    def _region(self, cache: EffectiveCache, grid_key: str) -> Region | None:
        option = ("caches", cache.name, "cache", "coverage")
        return self._parts.coverages.region(cache.coverage, self._grids.grid(grid_key).srs, option)

    def _content(self, name: str, grid_key: str) -> ContentHash:
        """Of all that the node depends on: grids of its sources, caches below it and the files of areas included."""
        cache = self.effective(name)
        below = [
            self.content((source.name, key))
            for source in cache.sources
            if isinstance(source, EffectiveCacheSource)
            for key in self.effective(source.name).grids
        ]
        grids = [self._grids.grid(source.grid) for source in cache.sources if isinstance(source, EffectiveTileSource)]
        dimensions = sorted(self._dimension_names_of(name))
        own = (cache, self._grids.grid(grid_key), dimensions)
        return content_hash(own, grids, below, self._file_versions(cache), self._limits, self._options)

    def _file_versions(self, cache: EffectiveCache) -> list[FileVersions]:
        """Of the areas of the cache and of its sources, and of the styles of these."""
        coverages = [cache.coverage, *(source.limits.coverage for source in cache.sources)]
        styles = [path for source in cache.sources if (path := getattr(source, "style_file", None)) is not None]
        return [*(self._parts.coverages.versions(coverage) for coverage in coverages), file_versions(styles)]

    def description(self, name: str, grid_key: str) -> CacheDescription:
        """What documents say of the cache ``name`` in the grid with the key ``grid_key``; nothing of it is kept."""
        cache = effective_cache(self._settings, name, self._base_dir)
        grid, extent = self._grids.grid(grid_key), self.areas.bbox((name, grid_key))
        return CacheDescription(grid, cache.encoding, extent, cache.variants.offered)

    def _node(self, name: str, grid_key: str) -> CacheNode:
        """The cache ``name`` in the grid with the key ``grid_key``."""
        cache = self.effective(name)
        gate = self._gate(cache)
        source = None if is_storage_only(cache) else self._source(cache, grid_key, gate)
        parts = self._working_parts(cache, grid_key, gate, source)
        tiles = self._in_all_forms(cache, grid_key, gate, source, parts)
        return CacheNode(
            grid=parts.grid,
            tiles=tiles,
            maps=self._maps(cache, parts.grid, parts.store, tiles),
            explain=ExplainTile(
                tile_set=parts.tile_set,
                grid=parts.grid,
                reader=parts.store,
                locator=parts.store,
                policy=parts.policy,
                planner=parts.planner,
                region=parts.region,
                rescaling_step=None if cache.rescaling is None else cache.rescaling.step,
                source=source,
                request_media_type=cache.request_format,
                maker=parts.maker,
                upstreams=upstreams_of(cache.sources, lambda name: self.effective(name).sources),
                gate=self._parts.gate,
                clock=self._parts.clock,
                patience_seconds=cache.patience_seconds,
            ),
            encoding=cache.encoding,
            variants=cache.variants.offered,
        )

    def _in_all_forms(
        self, cache: EffectiveCache, grid_key: str, gate: StoreGate, source: MapSource | None, parts: _WorkingParts
    ) -> Tiles:
        """The tiles as services deliver them, with the other forms in which they are offered."""
        shared = self._parts
        wanted = cache.variants
        own = self._clipped(cache, parts, parts.tiles, cache.encoding)
        if wanted == EffectiveVariants():
            return own
        doubled = None
        if wanted.double == "source" and source is not None:
            grid, kept = doubled_grid(parts.grid), replace(cache, stores_tiles=keeps_variants(cache))
            doubled = self._working_parts(kept, grid_key, gate, source, grid=grid).tiles
        locks = shared.locks(_lock_directory(cache)) if is_shared(cache) else shared.no_lock
        forms = VariantForms(
            cache=cache,
            grid=parts.grid,
            own=parts.tiles,
            store=parts.store,
            lock_id=cache.storage.lock_id(cache.directories[grid_key]),
            limits=self._limits,
            parts=VariantParts(shared.imaging, locks, shared.clock, shared.read_slice),
        )
        others = {
            name: self._clipped(cache, parts, tiles, wanted.offered.encoding(name, cache.encoding))
            for name, tiles in forms.others(doubled).items()
        }
        return VariantTiles(own, others)

    def seeded(self, name: str, grid_key: str, policy: StalenessPolicy | None = None) -> SeededCache:
        """The cache as seeding sees it: with the sources that are for seeding only; nothing of it is kept.

        ``policy`` judges its tiles; None is that of the cache.
        """
        cache = self.effective(name)
        gate = self._gate(cache)
        parts = self._working_parts(cache, grid_key, gate, self._source(cache, grid_key, gate), policy)
        return SeededCache(
            parts.store,
            parts.planner,
            parts.maker,
            parts.tiles,
            region=parts.region,
            is_rescaled=cache.rescaling is not None,
            upstreams=upstreams_of(cache.sources, lambda name: self.effective(name).sources, for_seeding=True),
        )

    def _working_parts(
        self,
        cache: EffectiveCache,
        grid_key: str,
        gate: StoreGate,
        source: MapSource | None,
        policy: StalenessPolicy | None = None,
        *,
        grid: TileGrid | None = None,
    ) -> _WorkingParts:
        """What reads, makes and stores the tiles of a cache in one grid; without a ``policy``, by that of the cache.

        ``grid`` is another one for the same tiles with another number of pixels.
        """
        is_own, region = grid is None, self._region(cache, grid_key)
        grid = grid or self._grids.grid(grid_key)
        planner = planner_of(cache, grid, source, delegated=self._parts.rendering.delegates(cache))
        policy = policy or StalenessPolicy(age_limit(cache.refresh), cache.max_stale_seconds)
        wanted = self._wanted_store(cache, grid_key)
        store = self._parts.measured.store(self._stores.store(wanted), cache.name)
        store = self._parts.traced.store(store, cache.name)
        maker = None if source is None else self._maker(replace(wanted, grid=grid), source, gate, store)
        get_tile = GetTile(
            reader=store,
            policy=policy,
            maker=maker,
            planner=planner,
            grid=grid,
            region=region,
            clock=self._parts.clock,
            parallel=self._parts.parallel,
            retry_seconds=max(1.0, cache.failure_seconds),
            concurrent_makings=cache.concurrent_tile_creators,
            refresh=None if maker is None else self._refresh(cache, maker, wanted.tile_set),
            tells_age=self._options.tiles_tell_age,
        )
        rescaled = self._rescaled(cache, grid, store, get_tile) if is_own else get_tile
        tiles = self._parts.measured.tiles(rescaled, cache.name)
        return _WorkingParts(wanted.tile_set, grid, region, planner, policy, store, maker, tiles)

    def _refresh(self, cache: EffectiveCache, maker: TileMaker, tile_set: TileSet) -> StaleRefresh | None:
        """None where requests wait for new tiles, as in the reference."""
        if math.isinf(cache.patience_seconds):
            return None
        return StaleRefresh(
            maker=maker,
            tile_set=tile_set,
            runner=self._parts.background,
            clock=self._parts.clock,
            patience_seconds=cache.patience_seconds,
            making_seconds=longest_request_seconds(self._settings),
            pause_seconds=max(1.0, cache.failure_seconds),
        )

    def _maps(self, cache: EffectiveCache, grid: TileGrid, store: TileStore, tiles: Tiles) -> MapFromTiles:
        parts, encoding = self._parts, cache.encoding
        return MapFromTiles(
            tiles=tiles,
            remover=store,
            grid=grid,
            imaging=parts.imaging,
            projection=parts.projection,
            read_slice=parts.read_slice,
            limits=self._limits,
            look=MosaicLook(bool(encoding.transparent) or encoding.format == MIXED, encoding.resampling),
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
                neighbours=self._maps(cache, grid, store, chain),
                step=rescaling.step,
                grid=grid,
                imaging=self._parts.imaging,
                encoding=cache.encoding,
                clock=self._parts.clock,
                writer=store if rescaling.keeps else None,
            )
        return chain

    def _clipped(self, cache: EffectiveCache, made: _WorkingParts, tiles: Tiles, encoding: ImageEncoding) -> Tiles:
        """The tiles cut at the coverage of the cache, where that is wanted (spec/caches.md, 13)."""
        if made.region is None or cache.coverage is None or not cache.coverage.clip:
            return tiles
        parts = self._parts
        return ClippedTiles(tiles, made.grid, made.region, parts.imaging, encoding, self._limits, parts.read_slice)

    def _maker(self, wanted: WantedStore, source: MapSource, gate: StoreGate, store: TileStore) -> BlockMaker:
        parts, cache = self._parts, wanted.cache
        locks = _lock_directory(cache)
        opaque = cache.encoding.opaque
        fetcher: FetchesTiles = TileFetcher(
            source=source,
            imaging=parts.imaging,
            gate=gate if opaque is None else OpaqueGate(opaque, self._limits.max_bytes, cache.name),
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

"""The caches of a configuration: each is put together once for each of its grids, on first use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.area_files import FileVersions, file_versions
from tilekeep.config.assemble.cache_areas import CacheAreas
from tilekeep.config.assemble.cache_parts import CacheDescription, CacheNode, CacheParts, StoredCache
from tilekeep.config.assemble.cache_rules import fits_every_grid, is_storage_only
from tilekeep.config.assemble.cached_maps import CachedMaps
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.kept_nodes import ContentHash, KeptNodes, content_hash
from tilekeep.config.assemble.plugin_stores import PluginStores
from tilekeep.config.assemble.sources import SourceAssembly
from tilekeep.config.assemble.store_keeping import StoreKeeping
from tilekeep.config.assemble.stores import StoreAssembly
from tilekeep.config.assemble.upstreams import upstreams_of
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.assemble.working_caches import WorkingCaches
from tilekeep.config.assemble.xyz_grids import xyz_levels
from tilekeep.config.mapproxy.backends import PmtilesBackend
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.config.mapproxy.meaning_layers import dimension_names
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource, EffectiveTileSource
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import stores_of
from tilekeep.config.problems import Problem
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.finer_tiles import first_level_not_halved
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import TileSet
from tilekeep.ports.defragmenter import Defragmenter
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.tile_store import TileStore

if TYPE_CHECKING:
    from tilekeep.application.seeding.seed_task import SeededCache


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
        self._working = WorkingCaches(
            parts=parts,
            grids=grids,
            stores=self._stores,
            wanted_store=self._wanted_store,
            limits=self._limits,
            making_seconds=longest_request_seconds(settings),
            tells_age=options.tiles_tell_age,
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
            self._working.region(cache, grid_key)

    def _check_double(self, name: str, grid: TileGrid) -> None:
        """Four tiles of the next level are one with twice the pixels where levels are halved, nowhere else."""
        variants = self._settings.caches[name].variants
        if variants is None or variants.double != "next_level":
            return
        z = first_level_not_halved(grid)
        if z is None:
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
        parts = self._working.working_parts(cache, grid_key, gate, source)
        tiles, explain_form = self._working.in_all_forms(cache, grid_key, gate, source, parts)
        return CacheNode(
            grid=parts.grid,
            tiles=tiles,
            maps=self._working.maps(cache, parts.grid, parts.store, tiles),
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
            explain_form=explain_form,
        )

    def seeded(self, name: str, grid_key: str, policy: StalenessPolicy | None = None) -> SeededCache:
        """The cache as seeding sees it: with the sources that are for seeding only; nothing of it is kept.

        ``policy`` judges its tiles; None is that of the cache.
        """
        from tilekeep.application.seeding.seed_task import SeededCache

        cache = self.effective(name)
        gate = self._gate(cache)
        parts = self._working.working_parts(cache, grid_key, gate, self._source(cache, grid_key, gate), policy)
        return SeededCache(
            parts.store,
            parts.planner,
            parts.maker,
            parts.tiles,
            region=parts.region,
            is_rescaled=cache.rescaling is not None,
            upstreams=upstreams_of(cache.sources, lambda name: self.effective(name).sources, for_seeding=True),
        )

"""What the options of a cache come to, where that takes more than to pass them on."""

from __future__ import annotations

from tilekeep.adapters.file_time import FileTimeLimit
from tilekeep.config.mapproxy import meaning_refresh
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import WmsLikeSource
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.staleness import AgeLimit
from tilekeep.ports.map_source import MapSource

_ONE_TILE = Size(1, 1)


def fits_every_grid(settings: Settings, cache: Cache) -> bool:
    """Whether only the grids of a cache can be at fault, which spares putting thousands of plain caches together."""
    named = (settings.sources.get(SourceName.parse(name).name) for name in cache.source_names)
    if opaque_format(cache.format) is not None:
        return False
    limited = cache.cache is not None and cache.cache.coverage is not None
    return not limited and all(
        source is None or (source.coverage is None and isinstance(source, WmsLikeSource) and not source.supported_srs)
        for source in named
    )


def is_storage_only(cache: EffectiveCache) -> bool:
    """Whether nothing is made for serving: no source, or none but for seeding (spec/caches.md, 6)."""
    return all(not isinstance(source, EffectiveCacheSource) and source.limits.seed_only for source in cache.sources)


def age_limit(refresh: meaning_refresh.RefreshLimit | None) -> AgeLimit | None:
    """What makes tiles stale."""
    return FileTimeLimit(refresh.path) if isinstance(refresh, meaning_refresh.FileTimeLimit) else refresh


def planner_of(
    cache: EffectiveCache, grid: TileGrid, source: MapSource | None, *, delegated: bool = False
) -> MetaTilePlanner:
    """Which tiles are fetched together (spec/caches.md, 7).

    A renderer that makes ``delegated`` ones is told of one tile, and knows the block of that by the plain rule alone.
    """
    several = cache.meta_size != _ONE_TILE
    mode = FetchMode.SINGLE
    if source is not None and source.traits.meta_tiles and (several or cache.meta_buffer_px > 0):
        mode = FetchMode.META
    elif source is not None and not source.traits.meta_tiles and several and cache.bulk_meta_tiles and not delegated:
        mode = FetchMode.BULK
    minimal = cache.minimize_meta_requests and not delegated
    return MetaTilePlanner(grid, mode, cache.meta_size, cache.meta_buffer_px, minimal)

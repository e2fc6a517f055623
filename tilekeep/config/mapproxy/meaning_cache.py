"""The meaning of cache options: those of the cache, else of the globals, else built in (spec/caches.md, 1-5)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.caches import Watermark as WatermarkOptions
from tilekeep.config.mapproxy.globals import Refresh
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.mapproxy.meaning_http import global_timeout_seconds
from tilekeep.config.mapproxy.meaning_image import cache_encoding, cache_image_choice, variant_encoding
from tilekeep.config.mapproxy.meaning_place import (
    backend_of,
    permissions,
    storage_of_cache,
    tile_directory,
    tile_lock_dir,
)
from tilekeep.config.mapproxy.meaning_refresh import RefreshLimit, max_stale_seconds, patience_seconds, refresh_limit
from tilekeep.config.mapproxy.meaning_source import EffectiveSource, as_media_type
from tilekeep.config.mapproxy.meaning_sources import effective_source
from tilekeep.config.mapproxy.meaning_storage import Storage
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.paths import octal
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, ImageEncoding
from tilekeep.domain.tile_variant import Variants
from tilekeep.domain.vector_layer import VectorLayer
from tilekeep.domain.watermark import Watermark

_GREY = (128, 128, 128)

#: Bands of the result by their keys; grey is the only one of its image.
_TARGETS = {"r": 0, "g": 1, "b": 2, "a": 3, "l": 0}


@dataclass(frozen=True, slots=True)
class Rescaling:
    """Tiles drawn from other levels: ``step`` is -1 for coarser and 1 for finer ones, ``levels`` how far away.

    :ivar keeps: whether they are stored.
    """

    step: int
    levels: int
    keeps: bool


@dataclass(frozen=True, slots=True)
class EffectiveVariants:
    """Other forms in which tiles are offered: ``double`` is where those with twice the pixels come from, or None."""

    encodings: tuple[ImageEncoding, ...] = ()
    double: Literal["next_level", "source"] | None = None
    keep: bool = True

    @property
    def offered(self) -> Variants:
        """What services have to know of them."""
        return Variants(self.encodings, self.double is not None)


@dataclass(frozen=True, slots=True)
class EffectiveCache:
    """A cache: what it is made of and how its tiles are kept.

    :ivar grids: keys of its grids, in order.
    :ivar sources: those that draw maps, bottom first, as this cache asks them.
    :ivar variants: other forms in which tiles are offered.
    :ivar vector_layers: what is said of the layers of vector tiles.
    :ivar bands: how their bands are put together, or None where they are laid over each other.
    :ivar encoding: how tiles are stored.
    :ivar request_format: media type asked of sources.
    :ivar refresh: what makes tiles stale, or None if they last for ever.
    :ivar patience_seconds: how long a request waits for a stale tile to be refreshed: infinitely, or not at all, or in
        between.
    :ivar max_stale_seconds: how long a stale tile may still be shown; None for ever.
    :ivar directories: for each key of ``grids`` the directory of its tiles, absolute, joined but not normalised; of a
        cache in one database its file; of objects and Redis what their keys begin with, in CouchDB its database.
    :ivar tile_lock_dir: where tile locks lie, with the permissions of the globals; ``lock_timeout_seconds`` is
        how long they are waited for.
    :ivar failure_seconds: how long a block that failed is not asked for again.
    :ivar opacity: from 0.0 to 1.0 where maps of it are laid over others, or None.
    :ivar stores_tiles: False for a cache that makes every tile anew (``disable_storage``).
    :ivar rescaling: how tiles without source are drawn from other levels, or None.
    :ivar watermark: what is written on every tile, or None.
    :ivar storage: the kind of store and what it needs.
    :ivar ledger: whether account is kept of what is stored.
    :ivar quota_bytes: how many bytes the tiles of one grid may have together, or None.
    """

    name: str
    grids: tuple[str, ...]
    sources: tuple[EffectiveSource, ...]
    encoding: ImageEncoding
    request_format: str
    meta_size: Size
    meta_buffer_px: int
    bulk_meta_tiles: bool
    minimize_meta_requests: bool
    concurrent_tile_creators: int
    refresh: RefreshLimit | None
    storage: Storage
    coverage: EffectiveCoverage | None
    directories: Mapping[str, str]
    directory_permissions: int | None
    file_permissions: int | None
    tile_lock_dir: str
    lock_directory_permissions: int | None
    lock_file_permissions: int | None
    lock_timeout_seconds: float
    failure_seconds: float
    opacity: float | None = None
    stores_tiles: bool = True
    rescaling: Rescaling | None = None
    watermark: Watermark | None = None
    patience_seconds: float = math.inf
    max_stale_seconds: float | None = None
    ledger: bool = False
    quota_bytes: int | None = None
    bands: BandMix | None = None
    vector_layers: tuple[VectorLayer, ...] = ()
    variants: EffectiveVariants = EffectiveVariants()


def effective_cache(settings: Settings, name: str, base_dir: str) -> EffectiveCache:
    """The cache called ``name``; it must exist (checked when loading).  ``base_dir`` is absolute."""
    cache = settings.caches[name]
    default = settings.globals.cache
    backend = backend_of(cache)
    width, height = (cache.meta_size or default.meta_size)[:2]
    format_name = cache.format or PNG
    request_format = cache.request_format or format_name
    sources = tuple(
        effective_source(settings, source, base_dir, request_format=request_format)
        for source in cache.source_names
        if _draws(settings, source)
    )
    grids = cache.grids or (DEFAULT_GRID,)
    own = cache_image_choice(settings, cache.image, format_name)
    own_refresh, default_refresh = cache.refresh or Refresh(), default.refresh or Refresh()
    encoding = cache_encoding(settings, own, [source.image for source in sources])
    return EffectiveCache(
        name=name,
        grids=grids,
        sources=sources,
        encoding=encoding,
        request_format=as_media_type(request_format),
        meta_size=Size(width, height),
        meta_buffer_px=first_set(cache.meta_buffer, otherwise=default.meta_buffer),
        bulk_meta_tiles=first_set(cache.bulk_meta_tiles, otherwise=default.bulk_meta_tiles),
        minimize_meta_requests=first_set(cache.minimize_meta_requests, otherwise=default.minimize_meta_requests),
        concurrent_tile_creators=first_set(cache.concurrent_tile_creators, otherwise=default.concurrent_tile_creators),
        refresh=refresh_limit(cache.refresh_before, base_dir),
        storage=storage_of_cache(settings, name, backend, base_dir),
        coverage=effective_coverage(backend.coverage, base_dir),
        directories={grid: tile_directory(settings, name, grid, base_dir) for grid in grids},
        directory_permissions=permissions(settings, backend, "directory_permissions"),
        file_permissions=permissions(settings, backend, "file_permissions"),
        tile_lock_dir=tile_lock_dir(settings, cache, base_dir),
        lock_directory_permissions=octal(default.directory_permissions),
        lock_file_permissions=octal(default.file_permissions),
        lock_timeout_seconds=global_timeout_seconds(settings),
        failure_seconds=default.failure_seconds,
        opacity=own.opacity,
        stores_tiles=not cache.disable_storage,
        rescaling=_rescaling(cache),
        watermark=_watermark(cache.watermark),
        patience_seconds=patience_seconds(own_refresh, default_refresh),
        max_stale_seconds=max_stale_seconds(own_refresh, default_refresh),
        ledger=first_set(cache.ledger, otherwise=default.ledger),
        quota_bytes=None if cache.quota is None else cache.quota.max_size,
        bands=_bands(cache),
        vector_layers=vector_layers(cache),
        variants=_variants(settings, cache, encoding),
    )


def _variants(settings: Settings, cache: Cache, own: ImageEncoding) -> EffectiveVariants:
    options = cache.variants
    if options is None:
        return EffectiveVariants()
    encodings = (variant_encoding(settings, own, name) for name in options.formats)
    return EffectiveVariants(tuple(encodings), options.double, options.keep)


def vector_layers(cache: Cache) -> tuple[VectorLayer, ...]:
    """What is said of the layers of the tiles of a cache."""
    return tuple(
        VectorLayer(given.id, tuple(given.fields.items()), given.description or "", given.minzoom, given.maxzoom)
        for given in cache.vector_layers or ()
    )


def cache_coverage(settings: Settings, name: str, base_dir: str) -> EffectiveCoverage | None:
    """The area a cache is limited to."""
    backend = settings.caches[name].cache
    return None if backend is None else effective_coverage(backend.coverage, base_dir)


def _rescaling(cache: Cache) -> Rescaling | None:
    """Up or down; both are refused when the configuration is loaded (spec/caches.md, 9)."""
    levels = cache.upscale_tiles or cache.downscale_tiles
    return Rescaling(-1 if cache.upscale_tiles else 1, levels, cache.cache_rescaled_tiles) if levels else None


def _bands(cache: Cache) -> BandMix | None:
    """Parts in the order in which they are listed (spec/caches.md, 11)."""
    if isinstance(cache.sources, tuple):
        return None
    names = cache.source_names
    parts = tuple(
        BandPart(_TARGETS[target], names.index(part.source), part.band, part.factor)
        for target, listed in cache.sources.items()
        for part in listed
    )
    return BandMix("L" if "l" in cache.sources else "RGBA" if "a" in cache.sources else "RGB", parts)


def _watermark(options: WatermarkOptions | None) -> Watermark | None:
    """The text and its look (spec/caches.md, 10)."""
    if options is None or not options.text:
        return None
    red, green, blue = (options.color or _GREY)[:3]
    return Watermark(
        text=options.text,
        color=(red, green, blue),
        opacity=30 if options.opacity is None else round(options.opacity),
        font_size=round(options.font_size or 24),
        wide=options.spacing == "wide",
    )


def _draws(settings: Settings, name: str) -> bool:
    """Whether a source draws maps, rather than only answering questions about them."""
    source = settings.sources.get(SourceName.parse(name).name)
    return source is None or source.draws_maps

"""The meaning of cache options: those of the cache, else of the globals, else built in (spec/caches.md, 1-5)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from tilekeep.config.mapproxy.backends import (
    CompactBackend,
    CouchdbBackend,
    FileBackend,
    MemoryBackend,
    PluginBackend,
    PmtilesBackend,
    RedisBackend,
    TiersBackend,
)
from tilekeep.config.mapproxy.caches import (
    Cache,
    RefreshBefore,
)
from tilekeep.config.mapproxy.caches import Watermark as WatermarkOptions
from tilekeep.config.mapproxy.globals import Refresh
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.meaning_http import global_timeout_seconds
from tilekeep.config.mapproxy.meaning_image import cache_encoding, cache_image_choice, variant_encoding
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, object_place
from tilekeep.config.mapproxy.meaning_source import EffectiveSource, as_media_type
from tilekeep.config.mapproxy.meaning_sources import effective_source
from tilekeep.config.mapproxy.meaning_sqlite import SQLITE_BACKENDS, file_of_cache, sqlite_place
from tilekeep.config.mapproxy.meaning_storage import Backends, PlainStorage, Storage, Tier, TieredStorage, storage
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.paths import from_base, octal
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import single_stores, with_store
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, ImageEncoding
from tilekeep.domain.secrets import redacted, split_credentials
from tilekeep.domain.staleness import FixedLimit, RelativeLimit
from tilekeep.domain.tile_variant import Variants
from tilekeep.domain.vector_layer import VectorLayer
from tilekeep.domain.watermark import Watermark

T = TypeVar("T")

_GREY = (128, 128, 128)

#: Bands of the result by their keys; grey is the only one of its image.
_TARGETS = {"r": 0, "g": 1, "b": 2, "a": 3, "l": 0}

#: How long mode ``deadline`` waits unless it is told.
_PATIENCE_SECONDS = 1.0

#: How long a tile of a fast tier is good without a look at the last, unless ``max_age`` says otherwise.
_MAX_AGE_SECONDS = 60.0

_SECONDS = {"weeks": 604800.0, "days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}


@dataclass(frozen=True, slots=True)
class FileTimeLimit:
    """Tiles stored at or before the modification time of a file are stale; ``path`` is absolute."""

    path: str


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


RefreshLimit = FixedLimit | RelativeLimit | FileTimeLimit


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
    backend = _backend(cache)
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
    encoding = cache_encoding(settings, own, [source.image for source in sources])
    return EffectiveCache(
        name=name,
        grids=grids,
        sources=sources,
        encoding=encoding,
        request_format=as_media_type(request_format),
        meta_size=Size(width, height),
        meta_buffer_px=_first(cache.meta_buffer, default.meta_buffer),
        bulk_meta_tiles=_first(cache.bulk_meta_tiles, default.bulk_meta_tiles),
        minimize_meta_requests=_first(cache.minimize_meta_requests, default.minimize_meta_requests),
        concurrent_tile_creators=_first(cache.concurrent_tile_creators, default.concurrent_tile_creators),
        refresh=refresh_limit(cache.refresh_before, base_dir),
        storage=_storage(settings, name, backend, base_dir),
        coverage=effective_coverage(backend.coverage, base_dir),
        directories={grid: tile_directory(settings, name, grid, base_dir) for grid in grids},
        directory_permissions=_permissions(settings, backend, "directory_permissions"),
        file_permissions=_permissions(settings, backend, "file_permissions"),
        tile_lock_dir=_tile_lock_dir(settings, cache, base_dir),
        lock_directory_permissions=octal(default.directory_permissions),
        lock_file_permissions=octal(default.file_permissions),
        lock_timeout_seconds=global_timeout_seconds(settings),
        failure_seconds=default.failure_seconds,
        opacity=own.opacity,
        stores_tiles=not cache.disable_storage,
        rescaling=_rescaling(cache),
        watermark=_watermark(cache.watermark),
        patience_seconds=_patience_seconds(cache.refresh or Refresh(), default.refresh or Refresh()),
        max_stale_seconds=_max_stale_seconds(cache.refresh or Refresh(), default.refresh or Refresh()),
        ledger=_first(cache.ledger, default.ledger),
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


def tile_directory(settings: Settings, name: str, grid: str, base_dir: str) -> str:
    """Where the tiles of a cache in one grid lie (spec/caches.md, 2); the text is what lock names are made from.

    A directory, the file that has all of them, what the keys of their objects begin with, or a CouchDB database.
    """
    cache = settings.caches[name]
    backend = _backend(cache)
    if isinstance(backend, OBJECT_BACKENDS):
        return object_place(settings, name, grid)
    if isinstance(backend, RedisBackend | CouchdbBackend):
        return _key_value_place(settings, name, grid, backend)
    root = _cache_root(settings, cache, base_dir)
    if isinstance(backend, MemoryBackend | PmtilesBackend | TiersBackend):
        return _place_of_own_store(settings, name, grid, base_dir, root)
    if isinstance(backend, SQLITE_BACKENDS):
        return sqlite_place(settings, name, grid, base_dir, root)
    return root if backend.directory else os.path.join(root, _directory_name(settings, name, grid, backend))


def _directory_name(
    settings: Settings, name: str, grid: str, backend: FileBackend | CompactBackend | PluginBackend
) -> str:
    """Below the directory of all caches."""
    effective = effective_grid(settings, grid)
    if isinstance(backend, CompactBackend | PluginBackend) or backend.use_grid_names:
        return os.path.join(name, effective.name)
    return f"{name}_{effective.srs_as_written.replace(':', '')}"


def _key_value_place(settings: Settings, name: str, grid: str, backend: RedisBackend | CouchdbBackend) -> str:
    effective = effective_grid(settings, grid)
    if isinstance(backend, RedisBackend):
        return backend.prefix or f"{name}_{effective.name}"
    return backend.db_name or f"{name}_{effective.srs_as_written.replace(':', '')}"


def _place_of_own_store(settings: Settings, name: str, grid: str, base_dir: str, root: str) -> str:
    """Of stores that only Tilekeep has; ``root`` is the directory of the cache's tiles."""
    backend = _backend(settings.caches[name])
    if isinstance(backend, TiersBackend):
        return tile_directory(with_store(settings, name, backend.tiers[-1]), name, grid, base_dir)
    if isinstance(backend, PmtilesBackend):
        if backend.url is not None:
            return redacted(split_credentials(backend.url)[0])
        return file_of_cache(backend.filename or f"{name}.pmtiles", base_dir, root)
    return f"{name}/{effective_grid(settings, grid).name}"


def _storage(settings: Settings, name: str, backend: Backends, base_dir: str) -> Storage:
    if not isinstance(backend, TiersBackend):
        return _plain_storage(settings, name, base_dir)
    return TieredStorage(tuple(_tier(tier.settings, name, base_dir) for tier in single_stores(settings, name)))


def _plain_storage(settings: Settings, name: str, base_dir: str) -> PlainStorage:
    cache = settings.caches[name]
    backend = _backend(cache)
    assert not isinstance(backend, TiersBackend), "tiers have no tiers"
    link = _first(cache.link_single_color_images, settings.globals.cache.link_single_color_images)
    return storage(settings, backend, link, base_dir)


def _tier(settings: Settings, name: str, base_dir: str) -> Tier:
    """What the store of the cache is as a tier."""
    cache = settings.caches[name]
    backend = _backend(cache)
    return Tier(
        storage=_plain_storage(settings, name, base_dir),
        directories={grid: tile_directory(settings, name, grid, base_dir) for grid in cache.grids or (DEFAULT_GRID,)},
        directory_permissions=_permissions(settings, backend, "directory_permissions"),
        file_permissions=_permissions(settings, backend, "file_permissions"),
        max_age_seconds=_first(backend.max_age, _MAX_AGE_SECONDS),
    )


def _permissions(settings: Settings, backend: Backends, option: str) -> int | None:
    """Those of the store, if it has files and says so, else those of the globals."""
    return octal(getattr(backend, option, None) or getattr(settings.globals.cache, option))


def refresh_limit(refresh: RefreshBefore | None, base_dir: str) -> RefreshLimit | None:
    """What makes tiles stale: a time, else the time of a file, else an age (spec/caches.md, 8).

    A time without time zone is local.
    """
    if refresh is None or not refresh.model_fields_set:
        return None
    if refresh.time is not None:
        return FixedLimit(refresh.time.timestamp())
    if refresh.mtime is not None:
        return FileTimeLimit(from_base(base_dir, refresh.mtime))
    return RelativeLimit(sum((getattr(refresh, unit) or 0) * seconds for unit, seconds in _SECONDS.items()))


def _patience_seconds(own: Refresh, default: Refresh) -> float:
    """Each option of the cache, else that of the globals."""
    mode = own.mode or default.mode or "wait"
    if mode == "deadline":
        return _first(own.deadline, _first(default.deadline, _PATIENCE_SECONDS))
    return 0.0 if mode == "background" else math.inf


def _max_stale_seconds(own: Refresh, default: Refresh) -> float | None:
    return default.max_stale if own.max_stale is None else own.max_stale


def _backend(cache: Cache) -> Backends:
    """The store; other types are refused when the configuration is loaded."""
    backend = cache.cache if cache.cache is not None else FileBackend.untouched()
    assert isinstance(backend, Backends), "checked when the configuration was loaded"
    return backend


def _own_directory(cache: Cache) -> str | None:
    """``cache.directory``, which not all stores have; of tiers that of the last."""
    backend = _backend(cache)
    own: str | None = getattr(backend.tiers[-1] if isinstance(backend, TiersBackend) else backend, "directory", None)
    return own


def _cache_root(settings: Settings, cache: Cache, base_dir: str) -> str:
    """``cache.directory``, else ``cache_dir``, else the global base directory."""
    return from_base(base_dir, _own_directory(cache) or cache.cache_dir or settings.globals.cache.base_dir)


def _tile_lock_dir(settings: Settings, cache: Cache, base_dir: str) -> str:
    """The configured directory, else one beside the tiles (spec/caches.md, 5)."""
    renderd = settings.globals.renderd
    # Whoever asks a renderer has locks among themselves (spec/util-deploy.md, 12.4).
    own = None if renderd is not None and renderd.address else _backend(cache).tile_lock_dir
    configured = own or settings.globals.cache.tile_lock_dir
    if configured:
        return from_base(base_dir, configured)
    return os.path.join(_cache_root(settings, cache, base_dir), "tile_locks")


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


def _first(own: T | None, default: T) -> T:
    """The cache's own value if it is set; false and 0 count as set."""
    return default if own is None else own

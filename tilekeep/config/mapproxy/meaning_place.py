"""Where the tiles of a cache lie and what keeps them (spec/caches.md, 2, 3 and 5)."""

from __future__ import annotations

import os

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
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, object_place
from tilekeep.config.mapproxy.meaning_sqlite import SQLITE_BACKENDS, file_of_cache, sqlite_place
from tilekeep.config.mapproxy.meaning_storage import Backends, PlainStorage, Storage, Tier, TieredStorage, storage
from tilekeep.config.mapproxy.paths import from_base, octal
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import single_stores, with_store
from tilekeep.domain.secrets import redacted, split_credentials

#: How long a tile of a fast tier is good without a look at the last, unless ``max_age`` says otherwise.
_MAX_AGE_SECONDS = 60.0


def tile_directory(settings: Settings, name: str, grid: str, base_dir: str) -> str:
    """Where the tiles of a cache in one grid lie (spec/caches.md, 2); the text is what lock names are made from.

    A directory, the file that has all of them, what the keys of their objects begin with, or a CouchDB database.
    """
    cache = settings.caches[name]
    backend = backend_of(cache)
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
    backend = backend_of(settings.caches[name])
    if isinstance(backend, TiersBackend):
        return tile_directory(with_store(settings, name, backend.tiers[-1]), name, grid, base_dir)
    if isinstance(backend, PmtilesBackend):
        if backend.url is not None:
            return redacted(split_credentials(backend.url)[0])
        return file_of_cache(backend.filename or f"{name}.pmtiles", base_dir, root)
    return f"{name}/{effective_grid(settings, grid).name}"


def storage_of_cache(settings: Settings, name: str, backend: Backends, base_dir: str) -> Storage:
    """The kind of store of a cache and what it needs; of tiers those of each."""
    if not isinstance(backend, TiersBackend):
        return _plain_storage(settings, name, base_dir)
    return TieredStorage(tuple(_tier(tier.settings, name, base_dir) for tier in single_stores(settings, name)))


def _plain_storage(settings: Settings, name: str, base_dir: str) -> PlainStorage:
    cache = settings.caches[name]
    backend = backend_of(cache)
    assert not isinstance(backend, TiersBackend), "tiers have no tiers"
    link = first_set(cache.link_single_color_images, otherwise=settings.globals.cache.link_single_color_images)
    return storage(settings, backend, link, base_dir)


def _tier(settings: Settings, name: str, base_dir: str) -> Tier:
    """What the store of the cache is as a tier."""
    cache = settings.caches[name]
    backend = backend_of(cache)
    return Tier(
        storage=_plain_storage(settings, name, base_dir),
        directories={grid: tile_directory(settings, name, grid, base_dir) for grid in cache.grids or (DEFAULT_GRID,)},
        directory_permissions=permissions(settings, backend, "directory_permissions"),
        file_permissions=permissions(settings, backend, "file_permissions"),
        max_age_seconds=first_set(backend.max_age, otherwise=_MAX_AGE_SECONDS),
    )


def permissions(settings: Settings, backend: Backends, option: str) -> int | None:
    """Those of the store, if it has files and says so, else those of the globals."""
    return octal(getattr(backend, option, None) or getattr(settings.globals.cache, option))


def backend_of(cache: Cache) -> Backends:
    """The store; other types are refused when the configuration is loaded."""
    backend = cache.cache if cache.cache is not None else FileBackend.untouched()
    assert isinstance(backend, Backends), "checked when the configuration was loaded"
    return backend


def _own_directory(cache: Cache) -> str | None:
    """``cache.directory``, which not all stores have; of tiers that of the last."""
    backend = backend_of(cache)
    own: str | None = getattr(backend.tiers[-1] if isinstance(backend, TiersBackend) else backend, "directory", None)
    return own


def _cache_root(settings: Settings, cache: Cache, base_dir: str) -> str:
    """``cache.directory``, else ``cache_dir``, else the global base directory."""
    return from_base(base_dir, _own_directory(cache) or cache.cache_dir or settings.globals.cache.base_dir)


def tile_lock_dir(settings: Settings, cache: Cache, base_dir: str) -> str:
    """The configured directory, else one beside the tiles (spec/caches.md, 5)."""
    renderd = settings.globals.renderd
    # Whoever asks a renderer has locks among themselves (spec/util-deploy.md, 12.4).
    own = None if renderd is not None and renderd.address else backend_of(cache).tile_lock_dir
    configured = own or settings.globals.cache.tile_lock_dir
    if configured:
        return from_base(base_dir, configured)
    return os.path.join(_cache_root(settings, cache, base_dir), "tile_locks")

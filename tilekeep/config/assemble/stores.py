"""The stores of caches, and what looks after them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial

from tilekeep.config.assemble.admitted_clients import AdmittedClients
from tilekeep.config.assemble.key_value_stores import couchdb_store, redis_store
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.object_stores import object_store
from tilekeep.config.assemble.pmtiles_stores import pmtiles_store
from tilekeep.config.assemble.sqlite_stores import sqlite_store
from tilekeep.config.assemble.store_keeping import KeptStore, StoreKeeping
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.assemble.xyz_grids import xyz_levels
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_objects import AzureStorage, S3Storage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage
from tilekeep.config.mapproxy.meaning_storage import (
    BundleStorage,
    FileStorage,
    MemoryStorage,
    PluginStorage,
    PmtilesStorage,
    Tier,
    TieredStorage,
)
from tilekeep.domain.deadline import Purpose
from tilekeep.domain.tile_layout import tile_layout
from tilekeep.ports.defragmenter import Defragmenter
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore

#: How long the lock of a bundle is waited for.
_BUNDLE_LOCK_SECONDS = 60.0


class StoreAssembly:
    """Makes the stores that caches want.

    Args:
        make_store: makes a store of a kind.
        make_defragmenter: makes what defragments a store of a kind.
        locks: the locks of a directory.
        new_lock: makes locks of a directory, of which there may be many.
        projection: writes the SRS of a grid as well-known text.
        http_client: the client for a set of options.
        admitted: what asks the servers of archives.
        dimension_names: the dimensions of a cache.
        keeping: wraps stores in what looks after what they hold.
        plugin_stores: makes stores of plugins.
    """

    def __init__(
        self,
        make_store: Callable[..., TileStore],
        make_defragmenter: Callable[..., Defragmenter],
        locks: Callable[[LockDirectory], TileLock],
        new_lock: Callable[[LockDirectory], TileLock],
        projection: Projection,
        admitted: AdmittedClients,
        dimension_names: Callable[[str], Collection[str]],
        keeping: StoreKeeping,
        plugin_stores: Callable[[WantedStore], TileStore],
    ) -> None:
        self._make_store = make_store
        self._make_defragmenter = make_defragmenter
        self._locks = locks
        self._new_lock = new_lock
        self._projection = projection
        self._admitted = admitted
        self._dimension_names = dimension_names
        self._keeping = keeping
        self._makers: Mapping[type, Callable[[WantedStore], TileStore]] = {
            FileStorage: self._files,
            BundleStorage: self._bundles,
            SqliteStorage: self._databases,
            RedisStorage: partial(redis_store, make_store),
            CouchdbStorage: partial(couchdb_store, make_store, projection),
            MemoryStorage: self._memory,
            PmtilesStorage: self._archive,
            TieredStorage: self._tiers,
            S3Storage: self._objects,
            AzureStorage: self._objects,
            PluginStorage: plugin_stores,
        }

    def store(self, wanted: WantedStore) -> TileStore:
        """The store of the tiles of a cache in one grid."""
        return self.kept(wanted).store

    def kept(self, wanted: WantedStore) -> KeptStore:
        """The store, and what is known of it."""
        if not wanted.cache.stores_tiles:
            return KeptStore(self._make_store("disabled"), None)
        store = self._makers[type(wanted.cache.storage)](wanted)
        if isinstance(wanted.cache.storage, TieredStorage | MemoryStorage):
            return KeptStore(store, None)  # tiers are looked after one by one, and memory is gone with the process
        return self._keeping.kept(wanted, store)

    def lasting(self, wanted: WantedStore) -> Iterator[KeptStore]:
        """The single stores that have those tiles, but those in memory, which other processes do not see."""
        storage = wanted.cache.storage
        if isinstance(storage, TieredStorage):
            for tier in storage.tiers:
                yield from self.lasting(_of_tier(wanted, tier))
        elif not isinstance(storage, MemoryStorage):
            yield self.kept(wanted)

    def defragmenter(self, cache: EffectiveCache, directory: str) -> Defragmenter | None:
        """What defragments that store, or None if it needs no such thing; of tiers the last."""
        if isinstance(cache.storage, TieredStorage):
            return self.defragmenter(_with_store(cache, cache.storage.tiers[-1]), directory)
        if not cache.stores_tiles or not isinstance(cache.storage, BundleStorage):
            return None
        return self._make_defragmenter(
            _kind(cache.storage),
            directory=directory,
            locks=self._bundle_locks(cache),
            dimension_names=self._dimension_names(cache.name),
        )

    def _files(self, wanted: WantedStore) -> TileStore:
        storage = wanted.cache.storage
        assert isinstance(storage, FileStorage), "dispatched by type"
        return self._in_directory(wanted)(
            "file",
            layout=tile_layout(storage.directory_layout),
            link_single_color=storage.link_single_color,
            shares_images=storage.shares_images,
        )

    def _bundles(self, wanted: WantedStore) -> TileStore:
        storage = wanted.cache.storage
        assert isinstance(storage, BundleStorage), "dispatched by type"
        return self._in_directory(wanted)(_kind(storage), locks=self._bundle_locks(wanted.cache))

    def _databases(self, wanted: WantedStore) -> TileStore:
        make = partial(self._with_files(wanted), creation_locks=partial(self._creation_locks, wanted.cache))
        return sqlite_store(make, self._projection, wanted)

    def _memory(self, wanted: WantedStore) -> TileStore:
        storage = wanted.cache.storage
        assert isinstance(storage, MemoryStorage), "dispatched by type"
        return self._make_store("memory", tile_set=wanted.tile_set, max_bytes=storage.max_bytes)

    def _archive(self, wanted: WantedStore) -> TileStore:
        storage = wanted.cache.storage
        assert isinstance(storage, PmtilesStorage), "dispatched by type"
        levels = xyz_levels(wanted.grid, self._projection, ("caches", wanted.cache.name, "grids"))
        return pmtiles_store(
            self._make_store,
            lambda url, http: self._admitted(url, http).for_purpose(Purpose.SERVE),
            wanted.tile_set,
            levels,
            path=wanted.place,
            url=storage.url,
            http=storage.http,
        )

    def _tiers(self, wanted: WantedStore) -> TileStore:
        storage = wanted.cache.storage
        assert isinstance(storage, TieredStorage), "dispatched by type"
        from tilekeep.adapters.storage.tiers.store import FastStore

        *fast, last = storage.tiers
        return self._make_store(
            "tiers",
            tile_set=wanted.tile_set,
            fast=[FastStore(self.store(_of_tier(wanted, tier)), tier.max_age_seconds) for tier in fast],
            last=self.store(_of_tier(wanted, last)),
        )

    def _objects(self, wanted: WantedStore) -> TileStore:
        return object_store(self._make_store, self._dimension_names(wanted.cache.name), wanted)

    def _with_files(self, wanted: WantedStore) -> Callable[..., TileStore]:
        """Makes a store that has files."""
        cache = wanted.cache
        return partial(
            self._make_store,
            tile_set=wanted.tile_set,
            media_type=wanted.media_type,
            directory_permissions=cache.directory_permissions,
            file_permissions=cache.file_permissions,
        )

    def _in_directory(self, wanted: WantedStore) -> Callable[..., TileStore]:
        """Makes a store in which the values of dimensions are directories."""
        names = self._dimension_names(wanted.cache.name)
        return partial(self._with_files(wanted), directory=wanted.place, dimension_names=names)

    def _creation_locks(self, cache: EffectiveCache, directory: str) -> TileLock:
        """The locks under which new databases in a directory are made (spec/caches.md, 3.2)."""
        permissions = (cache.directory_permissions, cache.file_permissions)
        return self._locks(LockDirectory(directory, *permissions, cache.lock_timeout_seconds))

    def _bundle_locks(self, cache: EffectiveCache) -> Callable[[str], TileLock]:
        """The locks of the bundles in a directory (spec/caches.md, 3.5)."""
        permissions = (cache.directory_permissions, cache.file_permissions)
        return lambda directory: self._new_lock(
            LockDirectory(directory, *permissions, _BUNDLE_LOCK_SECONDS, keeps_files=True)
        )


def is_shared(cache: EffectiveCache) -> bool:
    """Whether other processes see what this one stores, so that making a tile once is worth a lock."""
    return cache.stores_tiles and not isinstance(cache.storage, MemoryStorage)


def _of_tier(wanted: WantedStore, tier: Tier) -> WantedStore:
    """One of the tiers of a store as a store."""
    return replace(wanted, cache=_with_store(wanted.cache, tier), place=tier.directories[wanted.grid_key])


def _with_store(cache: EffectiveCache, tier: Tier) -> EffectiveCache:
    return replace(
        cache,
        storage=tier.storage,
        directories=tier.directories,
        directory_permissions=tier.directory_permissions,
        file_permissions=tier.file_permissions,
    )


def _kind(storage: BundleStorage) -> str:
    return f"compact-{storage.version}"

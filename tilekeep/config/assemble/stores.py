"""The stores of caches, and what looks after them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.sqlite_stores import sqlite_store
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileSet
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
        dimension_names: the dimensions of a cache.
    """

    def __init__(
        self,
        make_store: Callable[..., TileStore],
        make_defragmenter: Callable[..., Defragmenter],
        locks: Callable[[LockDirectory], TileLock],
        new_lock: Callable[[LockDirectory], TileLock],
        projection: Projection,
        dimension_names: Callable[[str], Collection[str]],
    ) -> None:
        self._make_store = make_store
        self._make_defragmenter = make_defragmenter
        self._locks = locks
        self._new_lock = new_lock
        self._projection = projection
        self._dimension_names = dimension_names

    def store(
        self, cache: EffectiveCache, tile_set: TileSet, place: str, grid: TileGrid, extent: Callable[[], BBox]
    ) -> TileStore:
        """The store of the tiles of ``cache`` in ``grid`` at ``place``; ``extent`` tells the area with data."""
        if not cache.stores_tiles:
            return self._make_store("disabled")
        make = partial(
            self._make_store,
            media_type=cache.encoding.format if "/" in cache.encoding.format else None,
            directory_permissions=cache.directory_permissions,
            file_permissions=cache.file_permissions,
        )
        if cache.sqlite is not None:
            make = partial(make, creation_locks=partial(self._creation_locks, cache))
            return sqlite_store(make, self._projection, cache, cache.sqlite, tile_set, grid, place, extent())
        make = partial(make, tile_set=tile_set, directory=place, dimension_names=self._dimension_names(cache.name))
        if cache.bundle_version is not None:
            return make(_compact(cache), locks=self._bundle_locks(cache))
        return make("file", layout=tile_layout(cache.directory_layout), link_single_color=cache.link_single_color)

    def defragmenter(self, cache: EffectiveCache, directory: str) -> Defragmenter | None:
        """What defragments that store, or None if it needs no such thing."""
        if not cache.stores_tiles or cache.bundle_version is None:
            return None
        return self._make_defragmenter(
            _compact(cache),
            directory=directory,
            locks=self._bundle_locks(cache),
            dimension_names=self._dimension_names(cache.name),
        )

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


def _compact(cache: EffectiveCache) -> str:
    """The kind of a store of bundles."""
    return f"compact-{cache.bundle_version}"

"""The meaning of the options of stores: what each kind needs besides what all caches have (spec/caches.md, 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.config.mapproxy.caches import CompactBackend, CouchdbBackend, FileBackend, RedisBackend
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage, couchdb_storage
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, AzureStorage, S3Storage, object_storage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage, redis_storage
from tilekeep.config.mapproxy.meaning_sqlite import SQLITE_BACKENDS, SqliteStorage, sqlite_storage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.lock_names import compact_lock_id, file_lock_id

Backends = FileBackend | CompactBackend | RedisBackend | CouchdbBackend | SQLITE_BACKENDS | OBJECT_BACKENDS


@dataclass(frozen=True, slots=True)
class FileStorage:
    """A file for each tile.

    :ivar link_single_color: ``symlink``, ``hardlink`` or None.
    """

    directory_layout: str
    link_single_color: str | None

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others (spec/caches.md, 5)."""
        return file_lock_id(place)


@dataclass(frozen=True, slots=True)
class BundleStorage:
    """Bundles of tiles, of version 1 or 2."""

    version: int

    def lock_id(self, place: str) -> str:
        """As :meth:`FileStorage.lock_id`."""
        return compact_lock_id(place)


#: Each kind of store has a value of its own; all have ``lock_id``.
Storage = FileStorage | BundleStorage | SqliteStorage | RedisStorage | CouchdbStorage | S3Storage | AzureStorage


def storage(settings: Settings, backend: Backends, link_single_color: str | bool, base_dir: str) -> Storage:
    """What the store of ``backend`` needs; ``link_single_color`` is the option of the cache, else of the globals."""
    if isinstance(backend, FileBackend):
        return FileStorage(backend.directory_layout, _link(link_single_color))
    if isinstance(backend, CompactBackend):
        return BundleStorage(backend.version)
    if isinstance(backend, RedisBackend):
        return redis_storage(backend, base_dir)
    if isinstance(backend, CouchdbBackend):
        return couchdb_storage(settings, backend, base_dir)
    if isinstance(backend, OBJECT_BACKENDS):
        return object_storage(settings, backend)
    return sqlite_storage(settings, backend)


def _link(option: str | bool) -> str | None:
    """The kind of link."""
    if isinstance(option, str):
        return option
    return "symlink" if option else None

"""The meaning of the options of stores: what each kind needs besides what all caches have (spec/caches.md, 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage, couchdb_storage
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, AzureStorage, S3Storage, object_storage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage, redis_storage
from tilekeep.config.mapproxy.meaning_sqlite import SQLITE_BACKENDS, SqliteStorage, sqlite_storage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.lock_names import compact_lock_id, file_lock_id

#: Single stores.
PlainBackends = (
    FileBackend
    | CompactBackend
    | RedisBackend
    | CouchdbBackend
    | SQLITE_BACKENDS
    | OBJECT_BACKENDS
    | MemoryBackend
    | PmtilesBackend
    | PluginBackend
)

Backends = PlainBackends | TiersBackend


@dataclass(frozen=True, slots=True)
class FileStorage:
    """A file for each tile.

    :ivar link_single_color: ``symlink``, ``hardlink`` or None.
    :ivar shares_images: whether identical tiles that are stored together share a file.
    """

    directory_layout: str
    link_single_color: str | None
    shares_images: bool = False

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


@dataclass(frozen=True, slots=True)
class MemoryStorage:
    """The memory of each process.

    :ivar max_bytes: how much of it.
    """

    max_bytes: int

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others."""
        return f"memory-{place}"


@dataclass(frozen=True, slots=True)
class PmtilesStorage:
    """An archive, which is only read: the file at the place of the tiles, or one on a web server.

    :ivar url: may hold credentials; None for a file.
    :ivar http: how the web server is asked; None for a file.
    """

    url: str | None = field(default=None, repr=False)
    http: EffectiveHttp | None = None

    def lock_id(self, place: str) -> str:
        """Nothing is ever made for an archive."""
        return f"pmtiles-{file_lock_id(place)}"


@dataclass(frozen=True, slots=True)
class PluginStorage:
    """A store of a plugin.

    :ivar options: its own; ``base_dir`` is where relative paths in them start.
    """

    options: PluginBackend = field(repr=False)
    base_dir: str

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others."""
        return f"plugin-{file_lock_id(place)}"


#: Each kind of store has a value of its own; all have ``lock_id``.
PlainStorage = (
    FileStorage
    | BundleStorage
    | SqliteStorage
    | RedisStorage
    | CouchdbStorage
    | S3Storage
    | AzureStorage
    | MemoryStorage
    | PmtilesStorage
    | PluginStorage
)


@dataclass(frozen=True, slots=True)
class Tier:
    """One of several stores of the same tiles.

    :ivar storage: its kind and what it needs.
    :ivar directories: where its tiles lie, for each grid of the cache.
    :ivar max_age_seconds: how long a tile is good without a look at the last tier.
    """

    storage: PlainStorage
    directories: Mapping[str, str]
    directory_permissions: int | None
    file_permissions: int | None
    max_age_seconds: float


@dataclass(frozen=True, slots=True)
class TieredStorage:
    """Fast stores in front of slower ones.

    :ivar tiers: the fastest first, the one that has all tiles last.
    """

    tiers: tuple[Tier, ...]

    def lock_id(self, place: str) -> str:
        """That of the last tier, which ``place`` is the place of: other programs know no more of the cache."""
        return self.tiers[-1].storage.lock_id(place)


Storage = PlainStorage | TieredStorage


def storage(settings: Settings, backend: PlainBackends, link_single_color: str | bool, base_dir: str) -> PlainStorage:
    """What the store of ``backend`` needs; ``link_single_color`` is the option of the cache, else of the globals."""
    if isinstance(backend, FileBackend):
        return FileStorage(backend.directory_layout, _link(link_single_color), backend.share_identical_images)
    if isinstance(backend, CompactBackend):
        return BundleStorage(backend.version)
    if isinstance(backend, OBJECT_BACKENDS):
        return object_storage(settings, backend)
    if isinstance(backend, SQLITE_BACKENDS):
        return sqlite_storage(settings, backend)
    return _other_storage(settings, backend, base_dir)


def _other_storage(
    settings: Settings,
    backend: RedisBackend | CouchdbBackend | MemoryBackend | PmtilesBackend | PluginBackend,
    base_dir: str,
) -> PlainStorage:
    match backend:
        case RedisBackend():
            return redis_storage(backend, base_dir)
        case CouchdbBackend():
            return couchdb_storage(settings, backend, base_dir)
        case MemoryBackend():
            return MemoryStorage(backend.max_size)
        case PluginBackend():
            return PluginStorage(backend, base_dir)
        case PmtilesBackend():
            http = None if backend.url is None else effective_http(settings, backend.http, base_dir)
            return PmtilesStorage(backend.url, http)


def _link(option: str | bool) -> str | None:
    """The kind of link."""
    if isinstance(option, str):
        return option
    return "symlink" if option else None

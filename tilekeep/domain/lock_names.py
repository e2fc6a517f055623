"""Names of tile locks, the same as MapProxy's, so that both may work on one cache at a time (spec/caches.md, 5)."""

from __future__ import annotations

import hashlib

from tilekeep.domain.tile import TileCoord


def file_lock_id(directory: str) -> str:
    """The lock id of a file cache: MD5 in hex of its directory, spelled exactly as the configuration gives it."""
    return hashlib.md5(directory.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def compact_lock_id(directory: str) -> str:
    """The lock id of a compact cache: ``compactcache-`` and what a file cache in its directory would have."""
    return f"compactcache-{file_lock_id(directory)}"


def sqlite_lock_id(kind: str, place: str) -> str:
    """The lock id of a cache in databases: of type ``sqlite``, ``mbtiles``, ``geopackage`` or ``geopackage-levels``.

    ``place`` is the file, or the directory of the files, of the cache in one grid.
    """
    prefixes = {"sqlite": "sqlite-", "mbtiles": "mbtiles-", "geopackage": "gpkg", "geopackage-levels": "gpkg-"}
    return prefixes[kind] + file_lock_id(place)


def redis_lock_id(host: str, port: int, prefix: str, db: int) -> str:
    """The lock id of a cache in Redis; host and prefix as the configuration gives them."""
    return f"redis-{file_lock_id(f'{host}{port}{prefix}{db}')}"


def couchdb_lock_id(url: str, database: str) -> str:
    """The lock id of a cache in CouchDB; both as the configuration gives them, user and password included."""
    return f"couchdb-{file_lock_id(url + database)}"


def s3_lock_id(directory: str, bucket: str) -> str:
    """The lock id of an s3 cache: MD5 in hex of what its keys begin with, as configured, and of the bucket."""
    return file_lock_id(directory + bucket)


def azure_lock_id(directory: str, container: str) -> str:
    """The lock id of an azureblob cache: ``azureblob-`` and what an s3 cache in its container would have."""
    return f"azureblob-{file_lock_id(directory + container)}"


def seed_lock_name(cache: str) -> str:
    """The lock file of a cache that is being seeded; what MapProxy notes about that is its own."""
    return f"seed-{file_lock_id(cache)}.lck"


def renderd_lock_id(cache: str, grid: str) -> str:
    """The lock id of those who have tiles of a cache made by a renderer, which has the locks of the store itself."""
    return f"{cache}_{grid}_renderd"


def tile_lock_name(lock_id: str, coord: TileCoord) -> str:
    """The lock file of a tile, or of a meta tile's main tile: ``<id>-<x>-<y>-<z>.lck``."""
    return f"{lock_id}-{coord.x}-{coord.y}-{coord.z}.lck"

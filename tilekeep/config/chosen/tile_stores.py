"""Stores of tiles, and what the stores of one kind share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tilekeep.config.chosen.kept import Keep, kept
from tilekeep.config.process_resources import ProcessResources
from tilekeep.ports.clock import Clock
from tilekeep.ports.defragmenter import Defragmenter
from tilekeep.ports.tile_store import TileStore

if TYPE_CHECKING:
    from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
    from tilekeep.adapters.storage.objects.workers import ObjectWorkers
    from tilekeep.adapters.storage.services.transfers import Transfers
    from tilekeep.adapters.storage.sqlite.connections import Connections
    from tilekeep.config.assemble.object_services import ObjectStores


def bundle_store(version: int, **options: Any) -> TileStore:
    """Bundles of a version of the compact format."""
    from tilekeep.adapters.storage.compact.store import CompactTileStore

    return CompactTileStore(bundle_format=_bundle_format(version), **options)


def bundle_defragmenter(version: int, **options: Any) -> Defragmenter:
    """What rids such bundles of gaps."""
    from tilekeep.adapters.storage.compact.defragmenting import BundleDefragmenter

    return BundleDefragmenter(bundle_format=_bundle_format(version), **options)


def _bundle_format(version: int) -> BundleFormat:
    if version == 1:
        from tilekeep.adapters.storage.compact.version_1 import BundleVersion1

        return BundleVersion1()
    from tilekeep.adapters.storage.compact.version_2 import BundleVersion2

    return BundleVersion2()


def sqlite_connections(keep: Keep) -> Connections:
    """The connections of the process to databases; ``keep`` has them closed in forked children."""
    from tilekeep.adapters.storage.sqlite.connections import Connections

    return kept(Connections(), keep)


def into_one_file(path: str) -> None:
    """Leaves nothing of a database outside its file."""
    from tilekeep.adapters.storage.sqlite.handed_on import into_one_file

    into_one_file(path)


def level_store(**options: Any) -> TileStore:
    """A database of SQLite for each level."""
    from tilekeep.adapters.storage.sqlite.stores import level_store

    return level_store(**options)


def mbtiles_store(**options: Any) -> TileStore:
    """An MBTiles file."""
    from tilekeep.adapters.storage.sqlite.stores import mbtiles_store

    return mbtiles_store(**options)


def geopackage_store(**options: Any) -> TileStore:
    """A GeoPackage, or one for each level."""
    from tilekeep.adapters.storage.sqlite.stores import geopackage_store

    return geopackage_store(**options)


def redis_store(**options: Any) -> TileStore:
    """Keys of Redis."""
    from tilekeep.adapters.storage.redis.store import RedisTileStore

    return RedisTileStore(**options)


def couchdb_store(**options: Any) -> TileStore:
    """Documents of CouchDB."""
    from tilekeep.adapters.storage.couchdb.stores import couchdb_store

    return couchdb_store(**options)


def pmtiles_file(**options: Any) -> TileStore:
    """A PMTiles archive on disk."""
    from tilekeep.adapters.storage.pmtiles.store import pmtiles_file

    return pmtiles_file(**options)


def pmtiles_url(**options: Any) -> TileStore:
    """A PMTiles archive on a server."""
    from tilekeep.adapters.storage.pmtiles.store import pmtiles_url

    return pmtiles_url(**options)


def memory_store(**options: Any) -> TileStore:
    """The memory of the process."""
    from tilekeep.adapters.storage.memory.store import memory_store

    return memory_store(**options)


def tiered_store(**options: Any) -> TileStore:
    """Fast stores in front of a slow one."""
    from tilekeep.adapters.storage.tiers.store import tiered_store

    return tiered_store(**options)


def service_transfers(clock: Clock, keep: Keep) -> Transfers:
    """The connections of the process to services of objects and documents."""
    from tilekeep.adapters.storage.services.transfers import Transfers

    return kept(Transfers(clock), keep)


def object_workers(keep: Keep) -> ObjectWorkers:
    """The threads in which requests for objects go side by side."""
    from tilekeep.adapters.storage.objects.workers import ObjectWorkers

    return kept(ObjectWorkers(), keep)


def object_stores(
    resources: ProcessResources, transfers: Transfers, workers: ObjectWorkers, clock: Clock
) -> ObjectStores:
    """What makes stores on services of objects."""
    from tilekeep.config.assemble.object_services import ObjectStores

    return ObjectStores(resources, transfers, workers, clock)


def bucket_store(stores: ObjectStores, **options: Any) -> TileStore:
    """A bucket of S3."""
    return stores.bucket_store(**options)


def container_store(stores: ObjectStores, **options: Any) -> TileStore:
    """A container of Azure."""
    return stores.container_store(**options)

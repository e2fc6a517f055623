"""The tile stores on SQLite, put together from their parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict, Unpack

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.storage.sqlite.access import DatabaseAccess
from tilekeep.adapters.storage.sqlite.connections import Connections
from tilekeep.adapters.storage.sqlite.creation import DatabaseCreation
from tilekeep.adapters.storage.sqlite.files import DatabaseFiles, FilePerLevel, OneFile
from tilekeep.adapters.storage.sqlite.geopackage import GeopackageSchema
from tilekeep.adapters.storage.sqlite.mbtiles import LevelSchema, MbtilesSchema
from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.adapters.storage.sqlite.schema import TileSchema
from tilekeep.adapters.storage.sqlite.statements import TileTable
from tilekeep.adapters.storage.sqlite.store import SqliteTileStore
from tilekeep.adapters.storage.sqlite.tile_times import ColumnTimes, RecordTimes
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileSet
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_lock import TileLock


class SqliteOptions(TypedDict):
    """What all stores on SQLite are told.

    ``media_type`` is what tiles are expected to be, None to tell from each tile's bytes (``mixed``);
    ``timeout_seconds`` how long another program's lock is waited for; ``wal`` whether new databases get a write-ahead
    log, None for those on a local disk; the permissions are those of new directories and files, None leaves them to
    the umask; ``creation_locks`` gives the locks in a directory.
    """

    connections: Connections
    creation_locks: Callable[[str], TileLock]
    media_type: str | None
    timeout_seconds: float
    wal: bool | None
    directory_permissions: int | None
    file_permissions: int | None


def mbtiles_store(
    *,
    tile_set: TileSet,
    path: str,
    metadata: Callable[[], Mapping[str, str]],
    row_order: RowOrder | None,
    shares_images: bool = False,
    **options: Unpack[SqliteOptions],
) -> SqliteTileStore:
    """All levels in one MBTiles file; what ``metadata`` makes is written into new files, and where it is missing.

    With ``shares_images`` tiles with the same bytes share them in new files.
    """
    schema = MbtilesSchema(metadata, shares_images)
    return _store(tile_set, OneFile(path), schema, _access(schema, options), options, row_order)


def level_store(
    *,
    tile_set: TileSet,
    directory: str,
    ttl_seconds: int,
    clock: Clock,
    shares_images: bool = False,
    **options: Unpack[SqliteOptions],
) -> SqliteTileStore:
    """Each level in a file of its own (type ``sqlite``); older tiles than ``ttl_seconds`` are not read, 0 for all.

    With ``shares_images`` tiles of a level with the same bytes share them in new files.
    """
    schema = LevelSchema(shares_images)
    access = _access(schema, options)
    times = ColumnTimes(clock, ttl_seconds)
    media_type = options["media_type"]
    return SqliteTileStore(tile_set, FilePerLevel(directory, ".mbtiles"), schema, access, times, media_type=media_type)


def geopackage_store(
    *,
    tile_set: TileSet,
    path: str,
    per_level: bool,
    table: str,
    grid: TileGrid,
    bbox: BBox,
    srs_id: int,
    wkt: Callable[[], str],
    row_order: RowOrder | None,
    **options: Unpack[SqliteOptions],
) -> SqliteTileStore:
    """Tiles in a table of the GeoPackage ``path``, or of one for each level in the directory ``path``.

    See :class:`~tilekeep.adapters.storage.sqlite.geopackage.GeopackageSchema` for what describes the table.
    """
    schema = GeopackageSchema(TileTable(table), grid, bbox, srs_id, wkt)
    files: DatabaseFiles = FilePerLevel(path, ".gpkg") if per_level else OneFile(path)
    return _store(tile_set, files, schema, _access(schema, options), options, row_order)


def _store(
    tile_set: TileSet,
    files: DatabaseFiles,
    schema: TileSchema,
    access: DatabaseAccess,
    options: SqliteOptions,
    row_order: RowOrder | None,
) -> SqliteTileStore:
    """A store of a format without times."""
    media_type = options["media_type"]
    return SqliteTileStore(tile_set, files, schema, access, RecordTimes(), media_type=media_type, row_order=row_order)


def _access(schema: TileSchema, options: SqliteOptions) -> DatabaseAccess:
    modes = FileModes(options["directory_permissions"], options["file_permissions"])
    creation = DatabaseCreation(modes, options["wal"], options["creation_locks"])
    return DatabaseAccess(schema, options["connections"], creation, timeout_seconds=options["timeout_seconds"])

"""The stores on SQLite keep what tile stores promise."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.contract.sqlite_tile_store_suite import TILE_SET, SqliteTileStoreSuite, options
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.adapters.storage.sqlite.shared_images import create_shared_images
from tilekeep.adapters.storage.sqlite.statements import TileTable
from tilekeep.adapters.storage.sqlite.store import SqliteTileStore
from tilekeep.adapters.storage.sqlite.stores import geopackage_store, level_store, mbtiles_store
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileKey

WORLD = TileGrid(
    name="GLOBAL",
    srs=Srs("EPSG:3857", "web mercator", geographic=False, north_first=False, metres_per_unit=1.0),
    bbox=BBox(-1024.0, -1024.0, 1024.0, 1024.0),
    tile_size=Size(256, 256),
    resolutions=tuple(8.0 / 2**z for z in range(30)),
    origin="nw",
)
HEIGHTS = [1 << z for z in range(30)]


class TestMbtilesStore(SqliteTileStoreSuite):
    format_has_times = False

    def make_store(self, medium: Path) -> SqliteTileStore:
        return mbtiles_store(
            tile_set=TILE_SET,
            path=str(medium / "osm.mbtiles"),
            metadata=lambda: {"name": "osm"},
            row_order=None,
            **options(),
        )

    def database(self, medium: Path, key: TileKey) -> Path:
        assert not key.dimensions
        return medium / "osm.mbtiles"

    def create(self, database: sqlite3.Connection) -> None:
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute("CREATE UNIQUE INDEX idx_tile ON tiles (zoom_level, tile_column, tile_row)")


class TestMbtilesStoreWithRollbackJournal(TestMbtilesStore):
    def make_store(self, medium: Path) -> SqliteTileStore:
        return mbtiles_store(
            tile_set=TILE_SET,
            path=str(medium / "osm.mbtiles"),
            metadata=lambda: {"name": "osm"},
            row_order=None,
            **options(wal=False),
        )


class TestMbtilesStoreWithSharedImages(TestMbtilesStore):
    """Tiles with the same bytes share them; what other programs store goes through the view as well."""

    def make_store(self, medium: Path) -> SqliteTileStore:
        return mbtiles_store(
            tile_set=TILE_SET,
            path=str(medium / "osm.mbtiles"),
            metadata=lambda: {"name": "osm"},
            row_order=None,
            shares_images=True,
            **options(),
        )

    def create(self, database: sqlite3.Connection) -> None:
        create_shared_images(database, TileTable("tiles"))
        database.execute("CREATE TABLE metadata (name text, value text)")


class TestSqliteStore(SqliteTileStoreSuite):
    time_resolution_seconds = 1.0

    def make_store(self, medium: Path) -> SqliteTileStore:
        return level_store(tile_set=TILE_SET, directory=str(medium), ttl_seconds=0, clock=SystemClock(), **options())

    def database(self, medium: Path, key: TileKey) -> Path:
        assert not key.dimensions
        return medium / f"{key.coord.z}.mbtiles"

    def create(self, database: sqlite3.Connection) -> None:
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob,"
            " last_modified datetime DEFAULT (datetime('now', 'localtime')))"
        )
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute("CREATE UNIQUE INDEX idx_tile ON tiles (zoom_level, tile_column, tile_row)")

    def stored(self, key: TileKey, body: bytes, at: float) -> dict[str, Any]:
        local = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
        return {**super().stored(key, body, at), "last_modified": local}


class TestSqliteStoreWithSharedImages(TestSqliteStore):
    """Tiles of a level with the same bytes share them, and have times of their own."""

    def make_store(self, medium: Path) -> SqliteTileStore:
        return level_store(
            tile_set=TILE_SET,
            directory=str(medium),
            ttl_seconds=0,
            clock=SystemClock(),
            shares_images=True,
            **options(),
        )

    def create(self, database: sqlite3.Connection) -> None:
        create_shared_images(database, TileTable("tiles", time_column="last_modified"))
        database.execute("CREATE TABLE metadata (name text, value text)")


class TestGeopackageStore(SqliteTileStoreSuite):
    """The table has a dash in its name, which SQL has to be told."""

    format_has_times = False
    table = "osm-tiles_GLOBAL"
    per_level = False
    row_order: RowOrder | None = None

    def make_store(self, medium: Path) -> SqliteTileStore:
        return geopackage_store(
            tile_set=TILE_SET,
            path=str(medium if self.per_level else medium / "osm.gpkg"),
            per_level=self.per_level,
            table=self.table,
            grid=WORLD,
            bbox=WORLD.bbox,
            srs_id=3857,
            wkt=lambda: "unused",
            row_order=self.row_order,
            **options(),
        )

    def database(self, medium: Path, key: TileKey) -> Path:
        assert not key.dimensions
        return medium / (f"{key.coord.z}.gpkg" if self.per_level else "osm.gpkg")

    def create(self, database: sqlite3.Connection) -> None:
        database.execute(
            f'CREATE TABLE "{self.table}" (id INTEGER PRIMARY KEY AUTOINCREMENT, zoom_level INTEGER NOT NULL,'
            " tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, tile_data BLOB NOT NULL,"
            " UNIQUE (zoom_level, tile_column, tile_row))"
        )


class TestGeopackageLevelStore(TestGeopackageStore):
    """A file for each level, and rows counted from the other side than in the grid."""

    per_level = True
    row_order = RowOrder(HEIGHTS)

    def row(self, key: TileKey) -> int:
        z, _, y = key.coord
        return HEIGHTS[z] - 1 - y

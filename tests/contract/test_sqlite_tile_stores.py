"""The stores on SQLite keep what tile stores promise."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.contract.sqlite_tile_store_suite import TILE_SET, SqliteTileStoreSuite, options
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.storage.sqlite.store import SqliteTileStore
from tilekeep.adapters.storage.sqlite.stores import level_store, mbtiles_store
from tilekeep.domain.tile import TileKey


class TestMbtilesStore(SqliteTileStoreSuite):
    format_has_times = False

    def make_store(self, medium: Path) -> SqliteTileStore:
        return mbtiles_store(
            tile_set=TILE_SET, path=str(medium / "osm.mbtiles"), metadata={"name": "osm"}, row_order=None, **options()
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
            metadata={"name": "osm"},
            row_order=None,
            **options(wal=False),
        )


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

"""What stores on SQLite promise besides: looked at from behind with plain SQL."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.contract.shared_tile_store_suite import SharedTileStoreSuite
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.storage.sqlite.connections import Connections
from tilekeep.adapters.storage.sqlite.stores import SqliteOptions
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.ports.tile_lock import TileLock

TILE_SET = TileSet("osm", "webmercator", "png")
RESOURCES = ProcessResources()


def creation_locks(directory: str) -> TileLock:
    return FileTileLock(directory, SystemClock(), timeout_seconds=60.0)


def options(connections: Connections | None = None, *, wal: bool | None = None) -> SqliteOptions:
    """Of a store of PNG tiles; the connections are reset in forked children."""
    connections = connections or Connections()
    RESOURCES.keep(connections)
    return {
        "connections": connections,
        "creation_locks": creation_locks,
        "media_type": "image/png",
        "timeout_seconds": 30.0,
        "wal": wal,
        "directory_permissions": None,
        "file_permissions": None,
    }


class SqliteTileStoreSuite(SharedTileStoreSuite):
    """Subclasses name the database of a tile by a formula of their own, and make it as other programs do."""

    full_disk_reason = "disk"
    table = "tiles"

    def database(self, medium: Path, key: TileKey) -> Path:
        raise NotImplementedError

    def create(self, database: sqlite3.Connection) -> None:
        raise NotImplementedError

    def stored(self, key: TileKey, body: bytes, at: float) -> dict[str, Any]:
        """The columns of a tile."""
        z, x, _ = key.coord
        return {"zoom_level": z, "tile_column": x, "tile_row": self.row(key), "tile_data": body}

    def row(self, key: TileKey) -> int:
        """The row of the database in which a tile lies."""
        return key.coord.y

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        path = self.database(medium, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database, database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (self.table,)).fetchone():
                self.create(database)
            columns = self.stored(key, body, at)
            marks = ", ".join("?" * len(columns))
            database.execute(
                f'INSERT OR REPLACE INTO "{self.table}" ({", ".join(columns)}) VALUES ({marks})', [*columns.values()]
            )

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        path = self.database(medium, key)
        if not path.exists():
            return None
        with closing(sqlite3.connect(path)) as database:
            statement = f'SELECT tile_data FROM "{self.table}" WHERE (zoom_level, tile_column, tile_row) = (?, ?, ?)'
            row = database.execute(statement, (key.coord.z, key.coord.x, self.row(key))).fetchone()
        return None if row is None else row[0]

    def leftovers(self, medium: Path) -> list[str]:
        found = [path for path in self.root(medium).rglob("*") if not path.is_dir()]
        outside = [path.name for path in self.root(medium).parent.iterdir() if path != self.root(medium)]
        return [
            path.name for path in found if not re.search(r"\.(mbtiles|gpkg)(-wal|-shm|-journal)?$", path.name)
        ] + outside

    def root(self, medium: Path) -> Path:
        """The directory that holds nothing but the store."""
        return medium

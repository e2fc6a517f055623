"""A store that keeps the tiles of a cache in one table of an SQLite file, with their times and validators."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.image import sniffed_media_type
from tilekeep.domain.staleness import MARKED_STALE, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileCoord, TileInfo, TileKey, Validators
from tilekeep.plugins import StoreContext, StoreOptions, StorePlugin
from tilekeep.ports.tile_store import TileWindow, never

_TABLE = """
CREATE TABLE IF NOT EXISTS tiles (
  z INTEGER, x INTEGER, y INTEGER, dimensions TEXT, variant TEXT,
  body BLOB NOT NULL, stored_at REAL NOT NULL, etag TEXT, last_modified TEXT, checksum TEXT,
  PRIMARY KEY (z, x, y, dimensions, variant)
) WITHOUT ROWID
"""

_WHERE = "z = ? AND x = ? AND y = ? AND dimensions = ? AND variant = ?"

_BUSY_SECONDS = 30.0

#: Tiles that are removed together.
_AT_ONCE = 1000


class OneTableOptions(StoreOptions):
    """Options of a store of this type; directory, coverage and lock directory come with ``StoreOptions``.

    :ivar synchronous: whether each batch is on the disk when it counts as stored.
    """

    type: Literal["one_table"]
    synchronous: bool = False


class OneTableStore:
    """A tile store (``tilekeep.ports.tile_store.TileStore``).

    Each call opens the file anew: that is slower than a pool, and safe for threads and forked processes.
    """

    def __init__(self, options: OneTableOptions, context: StoreContext) -> None:
        self._path = os.path.join(context.place, "tiles.db")
        self._synchronous = "FULL" if options.synchronous else "OFF"

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """The tile, or None."""
        return self.read_many([key], deadline).get(key)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """The tiles that are stored."""
        found = {}
        for key, (body, stored_at) in self._rows("body, stored_at", keys):
            if body:
                found[key] = StoredTile(body, self._media_type(body, key), TileInfo(stored_at, len(body)))
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """What is known of tiles, without their bytes."""
        columns = "stored_at, length(body), etag, last_modified, checksum"
        return {key: _info(*row) for key, row in self._rows(columns, keys) if row[1]}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """Stores the batch in one transaction."""
        rows = [
            (*_address(tile.key), tile.body, at, *(tile.validators or Validators()), tile.checksum) for tile in batch
        ]
        with self._database(creates=True) as database:
            database.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return [TileInfo(float(at), len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """Gives tiles another time, and other validators unless these are None."""
        columns = "stored_at = ?"
        changes: list[Any] = [at]
        if validators is not None:
            columns += ", etag = ?, last_modified = ?"
            changes += validators
        self._change(f"UPDATE tiles SET {columns} WHERE {_WHERE}", keys, changes)
        return self.stat_many(keys, deadline)

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Gives tiles the time that is stale to everybody."""
        self._change(f"UPDATE tiles SET stored_at = ? WHERE {_WHERE}", keys, [MARKED_STALE])

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Removes tiles."""
        self._change(f"DELETE FROM tiles WHERE {_WHERE}", keys, [])

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """Removes a level, or what is older than a time, in parts between which it may be ended."""
        old = [
            key
            for key, info in self.list(z)
            if older_than is None or is_older(info.stored_at, older_than, spare_unknown=spare_unknown)
        ]
        for start in range(0, len(old), _AT_ONCE):
            if is_to_end():
                return
            self.remove(old[start : start + _AT_ONCE], deadline)

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """The tiles of a level."""
        with self._database() as database:
            rows = database.execute(
                "SELECT x, y, dimensions, variant, stored_at, length(body) FROM tiles WHERE z = ?", (z,)
            ).fetchall()
        for x, y, dimensions, variant, stored_at, size in rows:
            if size and (window is None or window.holds(x, y)):
                pairs = tuple((name, value) for name, value in json.loads(dimensions))
                yield TileKey(TileCoord(z, x, y), pairs, variant), TileInfo(stored_at, size)

    def locate(self, key: TileKey) -> str:
        """The row, for people."""
        return f"{self._path}, row {_address(key)}"

    def _rows(self, columns: str, keys: Iterable[TileKey]) -> Iterator[tuple[TileKey, Any]]:
        with self._database() as database:
            for key in keys:
                row = database.execute(f"SELECT {columns} FROM tiles WHERE {_WHERE}", _address(key)).fetchone()
                if row is not None:
                    yield key, row

    def _change(self, statement: str, keys: Iterable[TileKey], values: Sequence[Any]) -> None:
        rows = [(*values, *_address(key)) for key in keys]
        if os.path.exists(self._path):
            with self._database() as database:
                database.executemany(statement, rows)

    @contextlib.contextmanager
    def _database(self, *, creates: bool = False) -> Iterator[sqlite3.Connection]:
        """The file within a transaction; without it, an empty table in memory.  Errors become those of stores."""
        try:
            if creates:
                os.makedirs(os.path.dirname(self._path), exist_ok=True)
            path = self._path if creates or os.path.exists(self._path) else ":memory:"
            with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as database, database:
                database.execute(f"PRAGMA synchronous = {self._synchronous}")
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot use {self._path!r}: {error}") from error

    def _media_type(self, body: bytes, key: TileKey) -> str:
        found = sniffed_media_type(body[:12])
        if found is None:
            raise StoreError(f"{self.locate(key)} holds no image")
        return found


def _address(key: TileKey) -> tuple[int, int, int, str, str]:
    return (*key.coord, json.dumps(key.dimensions), key.variant)


def _info(stored_at: float, size: int, etag: str | None, last_modified: str | None, checksum: str | None) -> TileInfo:
    validators = Validators(etag, last_modified) if etag or last_modified else None
    return TileInfo(stored_at, size, validators, checksum)


PLUGIN = StorePlugin(options=OneTableOptions, make=OneTableStore)

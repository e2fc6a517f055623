"""A tile store on SQLite databases, whatever their tables and names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.sqlite.access import DatabaseAccess
from tilekeep.adapters.storage.sqlite.database import Database
from tilekeep.adapters.storage.sqlite.files import DatabaseFiles
from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.adapters.storage.sqlite.rows import EVERYWHERE, TileRows, statements_of
from tilekeep.adapters.storage.sqlite.schema import TileSchema
from tilekeep.adapters.storage.sqlite.statements import LISTED_AT_ONCE, REMOVED_AT_ONCE
from tilekeep.adapters.storage.sqlite.tile_times import TileTimes
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.tile_store import TileWindow, never


class SqliteTileStore:
    """Tiles as rows; implements :class:`tilekeep.ports.tile_store.TileStore`.

    A batch is one transaction for each database that it concerns: for one level and one set of dimensions that is the
    whole batch or nothing.  Databases and tables are made by the first write, never by reading.  Other programs,
    MapProxy among them, may read and write the databases at the same time.
    """

    def __init__(
        self,
        tile_set: TileSet,
        files: DatabaseFiles,
        schema: TileSchema,
        access: DatabaseAccess,
        times: TileTimes,
        *,
        media_type: str | None,
        row_order: RowOrder | None = None,
    ) -> None:
        """Binds the store to its databases; touches nothing.

        Args:
            tile_set: whose tiles they are.
            files: where the databases lie.
            schema: their tables.
            access: opens them.
            times: how the times of tiles are written, and which are too old to be read.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
            row_order: how rows are counted in the databases; None for as in the grid.
        """
        self.tile_set = tile_set
        self._files = files
        self._table = schema.table.name
        self._access = access
        self._take = access.take
        self._times = times
        self._type_of = TileMediaType(media_type).of_tile
        self._rows = TileRows(schema, times, row_order)

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`.  One statement on an open database."""
        path = self._path(key)
        try:
            database = self._take(path)
            if database is None:
                return None
            row = self._row(key, database)
        except sqlite3.Error:
            (row,) = self._access.reading(path, "read tile", partial(self._rows.read, [key])) or [None]
        return None if row is None else self._tile(row, key)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found: dict[TileKey, StoredTile] = {}
        for path, some in self._by_database(keys).items():
            rows = self._access.reading(path, "read tiles", partial(self._rows.read, some))
            for key, row in zip(some, rows or (), strict=False):
                tile = None if row is None else self._tile(row, key)
                if tile is not None:
                    found[key] = tile
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found: dict[TileKey, TileInfo] = {}
        for path, some in self._by_database(keys).items():
            found.update(self._access.reading(path, "look up tiles", partial(self._rows.infos, some)) or {})
        return {key: info for key, info in found.items() if self._times.is_good(info.stored_at)}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        databases: dict[str, list[NewTile]] = {}
        for tile in batch:
            databases.setdefault(self._path(tile.key), []).append(tile)
        for path, tiles in databases.items():
            self._access.writing(path, "store tiles", partial(self._rows.write, tiles, at))
        stored_at = self._times.as_stored(at)
        return [TileInfo(stored_at, len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        found: dict[TileKey, TileInfo] = {}
        for path, some in self._by_database(keys).items():
            renew = partial(self._rows.renew, some, at, validators)
            found.update(self._access.changing(path, "renew tiles", renew) or {})
        return found

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self.renew(keys, MARKED_STALE, None, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        for path, some in self._by_database(keys).items():
            self._access.changing(path, "remove tiles", partial(self._rows.remove, some))

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`.

        Rows are removed some at a time, so that others can write meanwhile.  The file stays, also an empty one,
        because another program may have it open; its room is given back if nobody has.
        """
        for path, _ in self._files.of_level(z):
            remove_some = partial(self._rows.remove_some, z, older_than, spare_unknown)
            while self._access.changing(path, "remove tiles", remove_some) == REMOVED_AT_ONCE:
                if is_to_end():
                    return
            if is_to_end():
                return
            self._access.changing(path, "remove records of tiles", partial(self._rows.remove_lost_records, z))
            self._access.maintaining(path, _shrink_if_empty)

    def _by_database(self, keys: Iterable[TileKey]) -> dict[str, list[TileKey]]:
        databases: dict[str, list[TileKey]] = {}
        for key in keys:
            databases.setdefault(self._path(key), []).append(key)
        return databases

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`; the infos carry no tile record."""
        for path, dimension in self._files.of_level(z):
            behind = (EVERYWHERE.min_x, EVERYWHERE.min_y)
            while True:
                page_behind = partial(self._rows.page, z, window or EVERYWHERE, behind)
                page = self._access.reading(path, "list tiles", page_behind) or []
                yield from self._rows.listed(z, dimension, page)
                if len(page) < LISTED_AT_ONCE:
                    break
                behind = page[-1][0], page[-1][1]

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the database and the row."""
        z, x, y = self._rows.address(key.coord)
        return f"{self._path(key)}: {self._table}, zoom_level {z}, tile_column {x}, tile_row {y}"

    def _row(self, key: TileKey, database: Database) -> Any:
        """Bytes and time of a tile; the database is given back, or closed if it fails."""
        try:
            row = database.execute(statements_of(database).read, self._rows.address(key.coord)).fetchone()
        except BaseException:
            database.close()
            raise
        self._access.give_back(database)
        return row

    def _tile(self, row: tuple[Any, Any], key: TileKey) -> StoredTile | None:
        body, time = row
        if not body:
            return None
        stored_at = self._times.instant(time)
        if not self._times.is_good(stored_at):
            return None
        if type(body) is not bytes:
            # SQLite keeps whatever type it is given.
            body = str(body).encode()
        media_type = self._type_of(body, key, self.locate)
        return StoredTile(body, media_type, TileInfo(stored_at, len(body)))

    def _path(self, key: TileKey) -> str:
        try:
            return self._files.path(key)
        except ValueError as error:
            raise StoreError(str(error)) from error


def _shrink_if_empty(database: Database) -> None:
    if database.execute(statements_of(database).any).fetchone() is None:
        database.execute("VACUUM")

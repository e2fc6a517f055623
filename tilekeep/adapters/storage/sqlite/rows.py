"""What is done with the rows of tiles in one open database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from tilekeep.adapters.storage.sqlite.database import Database
from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.adapters.storage.sqlite.schema import TileSchema
from tilekeep.adapters.storage.sqlite.statements import BEGIN_WRITING, END_WRITING, TIMES_AT_ONCE, Statements
from tilekeep.adapters.storage.sqlite.tile_times import TileTimes
from tilekeep.domain.dimension_path import DimensionPath
from tilekeep.domain.tile import NewTile, TileCoord, TileInfo, TileKey, Validators
from tilekeep.ports.tile_store import TileWindow

#: Level, column and row of a database.
Address = tuple[int, int, int]

#: Column, row, size and time of a tile.
Listed = tuple[int, int, int | None, Any]

#: Of a record without etag, last_modified and checksum.
_NOTHING_ELSE = (None, None, None)

EVERYWHERE = TileWindow(-(1 << 62), -(1 << 62), 1 << 62, 1 << 62)


class TileRows:
    """The rows of one format, with one way to count them and to write times; holds no database."""

    def __init__(self, schema: TileSchema, times: TileTimes, order: RowOrder | None) -> None:
        """Binds together what all databases of a store have in common; ``order`` None counts as in the grid."""
        self._schema = schema
        self._time_in_table = schema.table.time_column is not None
        self._times = times
        self._instant = times.instant
        self._order = order

    def address(self, coord: TileCoord) -> Address:
        """Where the tile lies in a database."""
        if self._order is None:
            return coord
        z, x, y = coord
        return z, x, self._order.row(z, y)

    def read(self, keys: Iterable[TileKey], database: Database) -> list[tuple[Any, Any] | None]:
        """Bytes and time of each tile as they stand in the database."""
        statement = statements_of(database).read
        return [database.execute(statement, self.address(key.coord)).fetchone() for key in keys]

    def infos(self, keys: Iterable[TileKey], database: Database) -> dict[TileKey, TileInfo]:
        """All that is known of those tiles that are stored, however old."""
        statement = statements_of(database).stat
        found = {}
        for key in keys:
            row = database.execute(statement, self.address(key.coord)).fetchone()
            if row is not None and row[0]:
                size, time, etag, last_modified, checksum = row
                known = etag is not None or last_modified is not None
                validators = Validators(etag, last_modified) if known else None
                found[key] = TileInfo(self._instant(time), size, validators, checksum)
        return found

    def write(self, tiles: Sequence[NewTile], at: float, database: Database) -> None:
        """Stores tiles and their records; of two for one key the later."""
        statements = statements_of(database)
        rows, records = self._parameters(tiles, self._times.value(at))
        if not database.has_records or (self._time_in_table and not records):
            # Tiles without records are stored as other programs store them: the trigger removes the old records.
            database.executemany(statements.insert, rows)
        else:
            database.execute(BEGIN_WRITING)
            database.executemany(statements.insert, rows)
            if len(records) < len(rows) and database.execute(statements.any_record).fetchone() is not None:
                database.executemany(statements.remove_record, [row[:3] for row in rows])
            _write_records(records, statements, database)
            database.execute(END_WRITING)
        levels = {row[0] for row in rows} - database.levels
        if levels:
            self._schema.levels_stored(database.connection, levels)
            database.levels |= levels

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, database: Database
    ) -> dict[TileKey, TileInfo]:
        """Gives stored tiles another time and, unless None, other validators."""
        statements = statements_of(database)
        stored = list(self.infos(keys, database))
        addresses = [self.address(key.coord) for key in stored]
        time = self._times.value(at)
        database.executemany(statements.set_time, [(*address, time) for address in addresses])
        if validators is not None:
            database.executemany(statements.set_validators, [(*address, *validators) for address in addresses])
        return self.infos(stored, database)

    def remove(self, keys: Iterable[TileKey], database: Database) -> None:
        """Removes tiles and their records."""
        statements = statements_of(database)
        addresses = [self.address(key.coord) for key in keys]
        database.executemany(statements.remove, addresses)
        database.executemany(statements.remove_record, addresses)

    def remove_some(self, z: int, older_than: float | None, spare_unknown: bool, database: Database) -> int:
        """Removes some tiles of a level, all or old ones, those of unknown age among them or not; how many."""
        return database.execute(statements_of(database).remove_level, (z, older_than, spare_unknown)).rowcount

    def remove_lost_records(self, z: int, database: Database) -> None:
        """Removes records without tile, which other programs leave when they remove tiles."""
        database.execute(statements_of(database).remove_records, (z,))

    def page(self, z: int, window: TileWindow, behind: tuple[int, int], database: Database) -> list[Listed]:
        """Some tiles of a level behind a column and row of the database, in order."""
        min_x, min_y, max_x, max_y = window
        if self._order is not None and window is not EVERYWHERE:
            min_y, max_y = self._order.row(z, max_y), self._order.row(z, min_y)
        return database.execute(statements_of(database).list, (z, min_x, max_x, min_y, max_y, *behind)).fetchall()

    def listed(self, z: int, dimension: DimensionPath, rows: Iterable[Listed]) -> Iterator[tuple[TileKey, TileInfo]]:
        """The tiles of a page; empty ones are left out."""
        for x, y, size, time in rows:
            if size:
                row = y if self._order is None else self._order.row(z, y)
                yield TileKey(TileCoord(z, x, row), *dimension), TileInfo(self._instant(time), size)

    def _parameters(self, tiles: Sequence[NewTile], time: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Of the statements that store tiles and records; a tile whose time is in its row may need no record."""
        rows: list[tuple[Any, ...]] = []
        records: list[tuple[Any, ...]] = []
        # The record of an earlier tile for the same key must not stay with the bytes of the later one.
        for key, body, _, validators, checksum, _ in {tile.key: tile for tile in tiles}.values():
            z, x, y = self.address(key[0])
            etag, last_modified = validators or (None, None)
            if not self._time_in_table:
                rows.append((z, x, y, body))
                records.append((z, x, y, time, etag, last_modified, checksum))
                continue
            rows.append((z, x, y, body, time))
            if etag or last_modified or checksum:
                records.append((z, x, y, None, etag, last_modified, checksum))
        return rows, records


def _write_records(records: Sequence[tuple[Any, ...]], statements: Statements, database: Database) -> None:
    """Stores records; many that have nothing but a time go in one statement, for a third of the work."""
    plain = [record for record in records if record[4:] == _NOTHING_ELSE]
    whole = len(plain) - len(plain) % TIMES_AT_ONCE
    for start in range(0, whole, TIMES_AT_ONCE):
        times = chain.from_iterable(record[:4] for record in plain[start : start + TIMES_AT_ONCE])
        database.execute(statements.times, tuple(times))
    others = [record for record in records if record[4:] != _NOTHING_ELSE]
    database.executemany(statements.record, [*plain[whole:], *others])


def statements_of(database: Database) -> Statements:
    """The SQL of a database that is known to hold tiles."""
    assert database.statements is not None, "databases without tiles are not handed out"
    return database.statements

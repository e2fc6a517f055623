"""The SQL of a store: what it reads, writes and removes, for a table of tiles and the table of records beside it.

Tables of tiles have the columns of MBTiles and GeoPackage: ``zoom_level``, ``tile_column``, ``tile_row`` and
``tile_data``.  The table of records is Tilekeep's own.  It holds what the format has no room for: the time of a tile,
if its table has no column for it, the validators of its source and its checksum.  Other programs do not know it, so
a trigger keeps it true when they store a tile.  Inside a transaction of Tilekeep itself the table ``tilekeep_writing``
says so, and spares the trigger work that is done better in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.domain.staleness import UNKNOWN_TIME

#: How many rows one statement removes, so that other writers get their turn.
REMOVED_AT_ONCE = 5000

#: The table whose only row is 1 inside transactions in which Tilekeep writes records itself.
WRITING = "tilekeep_writing"
BEGIN_WRITING = f"UPDATE {WRITING} SET writing = 1"
END_WRITING = f"UPDATE {WRITING} SET writing = 0"

#: How many records of nothing but a time one statement stores: those of a meta tile of usual size.
TIMES_AT_ONCE = 16

#: How many rows one statement lists.
LISTED_AT_ONCE = 1000

_ADDRESS = "zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3"


class Statements(NamedTuple):
    """SQL with numbered parameters: ?1 level, ?2 column, ?3 row, unless said otherwise.

    :ivar read: bytes and time of a tile.
    :ivar stat: size, time, etag, last_modified and checksum of a tile.
    :ivar insert: stores a tile; ?4 bytes, ?5 time, if the tile table has a column for it.
    :ivar record: stores a record; ?4 time, ?5 etag, ?6 last_modified, ?7 checksum.
    :ivar times: stores :data:`TIMES_AT_ONCE` records with times only; level, column, row and time of each in turn.
    :ivar set_time: ?4 time.
    :ivar set_validators: ?4 etag, ?5 last_modified.
    :ivar remove: removes a tile.
    :ivar remove_record: removes its record.
    :ivar remove_level: removes some tiles of level ?1, those stored before ?2 unless that is NULL; those of unknown age
        only if ?3 is false.
    :ivar remove_records: removes records of level ?1 that have no tile.
    :ivar list: column, row, size and time of tiles of level ?1, columns ?2 to ?3, rows ?4 to ?5, behind column ?6 and
        row ?7, in this order.
    :ivar any: a row if there is a tile at all.
    :ivar any_record: a row if there is a record at all.
    """

    read: str
    stat: str
    insert: str
    record: str
    times: str
    set_time: str
    set_validators: str
    remove: str
    remove_record: str
    remove_level: str
    remove_records: str
    list: str
    any: str
    any_record: str


@dataclass(frozen=True, slots=True)
class TileTable:
    """A table of tiles.

    :ivar name: of letters, digits, ``_`` and ``-`` (checked when the configuration is loaded).
    :ivar time_column: the column with the time as local text; None if the time is kept in the record.
    """

    name: str
    time_column: str | None = None

    @property
    def record_name(self) -> str:
        """The table of records."""
        return f"tilekeep_{self.name}"

    @property
    def trigger_name(self) -> str:
        """The trigger that keeps records true."""
        return f"tilekeep_{self.name}_stored"

    def create_record(self) -> list[str]:
        """Makes the table of records and its trigger, if they are not there."""
        address = "new.zoom_level, new.tile_column, new.tile_row"
        if self.time_column is None:
            now = "CAST(strftime('%s', 'now') AS REAL)"
            names = "(zoom_level, tile_column, tile_row, stored_at)"
            then = f'INSERT OR REPLACE INTO "{self.record_name}" {names} VALUES ({address}, {now})'
        else:
            then = (
                f'DELETE FROM "{self.record_name}" WHERE zoom_level = new.zoom_level'
                " AND tile_column = new.tile_column AND tile_row = new.tile_row"
            )
        columns = (
            "zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, stored_at REAL,"
            " etag TEXT, last_modified TEXT, checksum TEXT, PRIMARY KEY (zoom_level, tile_column, tile_row)"
        )
        trigger = f'CREATE TRIGGER IF NOT EXISTS "{self.trigger_name}" AFTER INSERT ON "{self.name}"'
        return [
            f'CREATE TABLE IF NOT EXISTS "{self.record_name}" ({columns}) WITHOUT ROWID',
            f"CREATE TABLE IF NOT EXISTS {WRITING} (writing INTEGER NOT NULL)",
            f"INSERT INTO {WRITING} (writing) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM {WRITING})",
            f"{trigger} WHEN (SELECT writing FROM {WRITING}) IS NOT 1 BEGIN {then}; END",
        ]

    def statements(self, *, with_records: bool, rows: str | None = None) -> Statements:
        """The SQL for a database with or without a table of records.

        ``rows`` is the table with a row for each tile, where the tiles are a view.
        """
        tiles, records = f'"{self.name}"', f'"{self.record_name}"'
        time, joined_time = self._times(records, with_records=with_records)
        record = "etag, last_modified, checksum"
        facts = f"SELECT {record} FROM {records} WHERE {_ADDRESS}"
        known = ", ".join(f"({facts.replace(record, column)})" for column in record.split(", "))
        joined = f"{tiles} t" + (
            f" LEFT JOIN {records} r ON r.zoom_level = t.zoom_level AND r.tile_column = t.tile_column"
            " AND r.tile_row = t.tile_row"
            if with_records
            else ""
        )
        rows_of_tiles = f'"{rows or self.name}"'
        # Whole seconds are compared with whole seconds, so that a tile is not removed for its missing fraction.
        limit = "?2" if self.time_column is None else "CAST(?2 AS INTEGER)"
        seconds = f"coalesce({self._seconds(joined_time)}, {UNKNOWN_TIME})"
        more, parameter = (f", {self.time_column}", ", ?5") if self.time_column else ("", "")
        return Statements(
            read=f"SELECT tile_data, {time} FROM {tiles} WHERE {_ADDRESS}",
            stat=f"SELECT length(tile_data), {time}, {known if with_records else 'NULL, NULL, NULL'}"
            f" FROM {tiles} WHERE {_ADDRESS}",
            insert=f"INSERT OR REPLACE INTO {tiles} (zoom_level, tile_column, tile_row, tile_data{more})"
            f" VALUES (?1, ?2, ?3, ?4{parameter})",
            record=f"INSERT OR REPLACE INTO {records} (zoom_level, tile_column, tile_row, stored_at, {record})"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            times=f"INSERT OR REPLACE INTO {records} (zoom_level, tile_column, tile_row, stored_at)"
            f" VALUES {', '.join(['(?, ?, ?, ?)'] * TIMES_AT_ONCE)}",
            set_time=self._set_time(tiles, records),
            set_validators=f"INSERT INTO {records} (zoom_level, tile_column, tile_row, etag, last_modified)"
            " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (zoom_level, tile_column, tile_row)"
            " DO UPDATE SET etag = ?4, last_modified = ?5",
            remove=f"DELETE FROM {tiles} WHERE {_ADDRESS}",
            remove_record=f"DELETE FROM {records} WHERE {_ADDRESS}",
            remove_level=f'DELETE FROM "{rows or self.name}" WHERE rowid IN'
            f" (SELECT t.rowid FROM {joined.replace(tiles, rows_of_tiles, 1)} WHERE t.zoom_level = ?1"
            f" AND (?2 IS NULL OR {seconds} < {limit} AND NOT (?3 AND {seconds} = {UNKNOWN_TIME}))"
            f" LIMIT {REMOVED_AT_ONCE})",
            remove_records=f"DELETE FROM {records} WHERE zoom_level = ?1 AND NOT EXISTS (SELECT 1 FROM {tiles} t"
            f" WHERE t.zoom_level = ?1 AND t.tile_column = {records}.tile_column"
            f" AND t.tile_row = {records}.tile_row)",
            list=f"SELECT t.tile_column, t.tile_row, length(t.tile_data), {joined_time} FROM {joined}"
            " WHERE t.zoom_level = ?1 AND t.tile_column BETWEEN ?2 AND ?3 AND t.tile_row BETWEEN ?4 AND ?5"
            " AND (t.tile_column, t.tile_row) > (?6, ?7)"
            f" ORDER BY t.tile_column, t.tile_row LIMIT {LISTED_AT_ONCE}",
            any=f"SELECT 1 FROM {tiles} LIMIT 1",
            any_record=f"SELECT 1 FROM {records} LIMIT 1",
        )

    def _times(self, records: str, *, with_records: bool) -> tuple[str, str]:
        """The time of a tile at an address, and of one in a join."""
        if self.time_column is not None:
            return self.time_column, f"t.{self.time_column}"
        if with_records:
            return f"(SELECT stored_at FROM {records} WHERE {_ADDRESS})", "r.stored_at"
        return "NULL", "NULL"

    def _seconds(self, time: str) -> str:
        return time if self.time_column is None else f"CAST(strftime('%s', {time}, 'utc') AS REAL)"

    def _set_time(self, tiles: str, records: str) -> str:
        if self.time_column is not None:
            return f"UPDATE {tiles} SET {self.time_column} = ?4 WHERE {_ADDRESS}"
        return (
            f"INSERT INTO {records} (zoom_level, tile_column, tile_row, stored_at) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (zoom_level, tile_column, tile_row) DO UPDATE SET stored_at = ?4"
        )

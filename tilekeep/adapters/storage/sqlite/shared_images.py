"""MBTiles in which tiles with the same bytes share them: tables of addresses and of images, and a view of both.

MBTiles permits ``tiles`` to be a view, so that all who read find what they expect; in MapProxy's files of one level
the view has the times of tiles too.  Those who store find it as well: what is inserted into the view or deleted from it
goes where it belongs by triggers, which need nothing but SQL, and so other programs share images as well.  Whether an
image is there already is looked up by its length and its end, in which PNG and JPEG have checksums or data; what is
found is compared as a whole.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from tilekeep.adapters.storage.sqlite.statements import WRITING, TileTable

#: The table with the addresses of tiles.
ADDRESSES = "map"

#: A file is of this kind if it has this trigger.
UNUSED_IMAGES = "tilekeep_unused_images"

_ADDRESS = "zoom_level = {row}.zoom_level AND tile_column = {row}.tile_column AND tile_row = {row}.tile_row"
_NEW, _OLD = _ADDRESS.format(row="new"), _ADDRESS.format(row="old")
_END = "substr(tile_data, -32)"
_SAME = (
    f"length(tile_data) = length(new.tile_data) AND {_END} = substr(new.tile_data, -32) AND tile_data = new.tile_data"
)


class _Times(NamedTuple):
    """How the times of tiles are kept: in the table of addresses, or else in the records.

    :ivar column: of the table of addresses; ``shown`` is what the view has of it, ``new`` what a new tile brings.
    :ivar record: what becomes of the record of a tile that another program stores, up to a condition.
    :ivar more: further triggers.
    """

    column: str
    shown: str
    new: str
    record: str
    more: tuple[str, ...]

    @classmethod
    def of(cls, table: TileTable) -> _Times:
        """Those of a table that the view stands for."""
        time, record = table.time_column, table.record_name
        if time is None:
            stored = (
                f"INSERT OR REPLACE INTO {record} (zoom_level, tile_column, tile_row, stored_at)"
                " SELECT new.zoom_level, new.tile_column, new.tile_row, CAST(strftime('%s', 'now') AS REAL) WHERE"
            )
            return cls("", "", "", stored, ())
        now = f"coalesce(new.{time}, datetime('now', 'localtime'))"
        changed = (
            f"CREATE TRIGGER tilekeep_tile_renewed INSTEAD OF UPDATE OF {time} ON {table.name} BEGIN"
            f" UPDATE {ADDRESSES} SET {time} = new.{time} WHERE {_OLD}; END"
        )
        return cls(f", {time} datetime", f", {time}", f", {now}", f"DELETE FROM {record} WHERE {_NEW} AND", (changed,))


def create_shared_images(connection: sqlite3.Connection, table: TileTable) -> None:
    """Makes the tables, the view and the triggers in a file without tiles, and the table of records."""
    records, no_writer, writing, _ = table.create_record()
    times = _Times.of(table)
    for statement in (
        (
            f"CREATE TABLE {ADDRESSES} (zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL,"
            f" tile_row INTEGER NOT NULL, tile_id INTEGER NOT NULL{times.column})"
        ),
        f"CREATE UNIQUE INDEX map_address ON {ADDRESSES} (zoom_level, tile_column, tile_row)",
        f"CREATE INDEX map_image ON {ADDRESSES} (tile_id)",
        "CREATE TABLE images (tile_id INTEGER PRIMARY KEY, tile_data BLOB NOT NULL)",
        f"CREATE INDEX images_end ON images (length(tile_data), {_END})",
        (
            f"CREATE VIEW {table.name} AS SELECT zoom_level, tile_column, tile_row, tile_data{times.shown}"
            f" FROM {ADDRESSES} JOIN images ON images.tile_id = {ADDRESSES}.tile_id"
        ),
        records,
        no_writer,
        writing,
        (
            f"CREATE TRIGGER {UNUSED_IMAGES} AFTER DELETE ON {ADDRESSES} BEGIN"
            " DELETE FROM images WHERE tile_id = old.tile_id"
            f" AND NOT EXISTS (SELECT 1 FROM {ADDRESSES} WHERE tile_id = old.tile_id); END"
        ),
        (
            f"CREATE TRIGGER tilekeep_tile_removed INSTEAD OF DELETE ON {table.name} BEGIN"
            f" DELETE FROM {ADDRESSES} WHERE {_OLD}; END"
        ),
        (
            f"CREATE TRIGGER {table.trigger_name} INSTEAD OF INSERT ON {table.name} BEGIN"
            f" DELETE FROM {ADDRESSES} WHERE {_NEW};"
            " INSERT INTO images (tile_data) SELECT new.tile_data"
            f" WHERE NOT EXISTS (SELECT 1 FROM images WHERE {_SAME});"
            f" INSERT INTO {ADDRESSES} SELECT new.zoom_level, new.tile_column, new.tile_row, tile_id{times.new}"
            f" FROM images WHERE {_SAME} LIMIT 1; {times.record}"
            f" (SELECT writing FROM {WRITING}) IS NOT 1; END"
        ),
        *times.more,
    ):
        connection.execute(statement)

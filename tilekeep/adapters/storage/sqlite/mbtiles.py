"""MBTiles, as a single file with its metadata and as MapProxy's one file for each level (spec/caches.md, 3.2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tilekeep.adapters.storage.sqlite.shared_images import UNUSED_IMAGES, create_shared_images
from tilekeep.adapters.storage.sqlite.statements import TileTable
from tilekeep.domain.errors import StoreError

_TILES = """
CREATE TABLE IF NOT EXISTS tiles (
    zoom_level integer,
    tile_column integer,
    tile_row integer,
    tile_data blob{more}
)"""
_TIME = ",\n    last_modified datetime DEFAULT (datetime('now','localtime'))"
_METADATA = "CREATE TABLE IF NOT EXISTS metadata (name text, value text)"
_INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS idx_tile ON tiles (zoom_level, tile_column, tile_row)"


@dataclass(frozen=True, slots=True)
class LevelSchema:
    """A file of one level (type ``sqlite``): tiles with their times, and metadata that stays empty.

    :ivar shares_images: whether tiles with the same bytes share them in new files.
    """

    shares_images: bool = False

    table = TileTable("tiles", time_column="last_modified")
    shares_file = False

    def prepare(self, connection: sqlite3.Connection) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`."""
        if not _has_shared_images(connection, self.table, wanted=self.shares_images):
            _create(connection, _TILES.format(more=_TIME))

    def levels_stored(self, connection: sqlite3.Connection, levels: Collection[int]) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`: nothing to note."""


@dataclass(frozen=True, slots=True)
class MbtilesSchema:
    """A file of all levels (type ``mbtiles``), with the metadata of MBTiles 1.3.

    :ivar metadata: makes names and values; ``minzoom`` and ``maxzoom`` are kept as tiles are stored.
    :ivar shares_images: whether tiles with the same bytes share them in new files.
    """

    metadata: Callable[[], Mapping[str, str]]
    shares_images: bool = False

    table = TileTable("tiles")
    shares_file = False

    def prepare(self, connection: sqlite3.Connection) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`; metadata that is there stays."""
        if not _has_shared_images(connection, self.table, wanted=self.shares_images):
            _create(connection, _TILES.format(more=""))
        known = {name for (name,) in connection.execute("SELECT name FROM metadata")}
        missing = [(name, value) for name, value in self.metadata().items() if name not in known]
        connection.executemany("INSERT INTO metadata (name, value) VALUES (?, ?)", missing)
        if "minzoom" not in known or "maxzoom" not in known:
            lowest, highest = connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
            if lowest is not None:
                self.levels_stored(connection, {lowest, highest})

    def levels_stored(self, connection: sqlite3.Connection, levels: Collection[int]) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`: widens ``minzoom`` and ``maxzoom``."""
        for name, level, further in (("minzoom", min(levels), ">"), ("maxzoom", max(levels), "<")):
            if connection.execute("SELECT 1 FROM metadata WHERE name = ?", (name,)).fetchone() is None:
                connection.execute("INSERT INTO metadata (name, value) VALUES (?, ?)", (name, str(level)))
            else:
                connection.execute(
                    f"UPDATE metadata SET value = ?2 WHERE name = ?1 AND CAST(value AS INTEGER) {further} ?2",
                    (name, str(level)),
                )


def _has_shared_images(connection: sqlite3.Connection, table: TileTable, *, wanted: bool) -> bool:
    """Whether tiles share images in a file, which a new one is made for where that is ``wanted``."""
    if wanted and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        create_shared_images(connection, table)
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (UNUSED_IMAGES,)).fetchone():
        return False
    connection.execute(_METADATA)
    return True


def _create(connection: sqlite3.Connection, tiles: str) -> None:
    """Makes what is missing of the tables.

    :raises StoreError: the tiles lie under one address twice, so that there can be no index.
    """
    connection.execute(tiles)
    connection.execute(_METADATA)
    # Any unique index will do: files of other programs have one of their own name.
    unique = [name for _, name, is_unique, *_ in connection.execute("PRAGMA index_list(tiles)") if is_unique]
    if not unique:
        try:
            connection.execute(_INDEX)
        except sqlite3.IntegrityError as error:
            raise StoreError("the file has several tiles at one address, so no tile can be replaced in it") from error

"""The counts of a store in a database of SQLite, which is opened only by those who count or ask."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from urllib.parse import quote

from tilekeep.adapters.storage.ledger.packed_tiles import pack, unpack
from tilekeep.domain.cell_tiles import CellTiles
from tilekeep.domain.errors import StoreError
from tilekeep.domain.ledger import Amount, Cell, CellBlock, Count

_BUSY_SECONDS = 30.0

_TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS cells (z INTEGER NOT NULL, cell_column INTEGER NOT NULL, cell_row INTEGER NOT NULL,"
        " tiles INTEGER NOT NULL, size INTEGER NOT NULL, oldest REAL NOT NULL, newest REAL NOT NULL,"
        " PRIMARY KEY (z, cell_column, cell_row)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS days (z INTEGER NOT NULL, cell_column INTEGER NOT NULL, cell_row INTEGER NOT NULL,"
        " day INTEGER NOT NULL, tiles INTEGER NOT NULL, size INTEGER NOT NULL,"
        " PRIMARY KEY (z, cell_column, cell_row, day)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS level_days (z INTEGER NOT NULL, day INTEGER NOT NULL, tiles INTEGER NOT NULL,"
        " size INTEGER NOT NULL, PRIMARY KEY (z, day)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS cell_tiles (z INTEGER NOT NULL, cell_column INTEGER NOT NULL,"
        " cell_row INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (z, cell_column, cell_row))"
    ),
    "CREATE TABLE IF NOT EXISTS listed (at REAL NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS uses (z INTEGER NOT NULL, cell_column INTEGER NOT NULL, cell_row INTEGER NOT NULL,"
        " used REAL NOT NULL, PRIMARY KEY (z, cell_column, cell_row)) WITHOUT ROWID"
    ),
)
_FORGET = (
    "DELETE FROM cells WHERE z = ? AND cell_column BETWEEN ? AND ? AND cell_row BETWEEN ? AND ?",
    "DELETE FROM days WHERE z = ? AND cell_column BETWEEN ? AND ? AND cell_row BETWEEN ? AND ?",
    "DELETE FROM cell_tiles WHERE z = ? AND cell_column BETWEEN ? AND ? AND cell_row BETWEEN ? AND ?",
)
_TILES = (
    "SELECT cell_column, cell_row, packed FROM cell_tiles"
    " WHERE z = ? AND cell_column BETWEEN ? AND ? AND cell_row BETWEEN ? AND ?"
)
#: Ledgers that were made before tiles were kept one by one have no such table.
_HAS_TILES = "SELECT 1 FROM sqlite_master WHERE name = 'cell_tiles'"
_DAYS_OF_BLOCK = (
    "SELECT day, sum(tiles), sum(size) FROM days"
    " WHERE z = ? AND cell_column BETWEEN ? AND ? AND cell_row BETWEEN ? AND ? GROUP BY day"
)
#: What a level has on a day stands in a row of its own, so that asking for all levels adds nothing up.
_CHANGE_LEVEL = (
    "INSERT INTO level_days VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (z, day) DO UPDATE SET tiles = tiles + ?3, size = size + ?4"
)
_SQUARES = (
    "SELECT cell_column / ?1, cell_row / ?1, sum(tiles), sum(size), min(oldest), max(newest) FROM cells"
    " WHERE z = ?2 AND cell_column BETWEEN ?3 AND ?4 AND cell_row BETWEEN ?5 AND ?6"
    " GROUP BY cell_column / ?1, cell_row / ?1"
)
_DAYS_OF_SQUARES = (
    "SELECT cell_column / ?1, cell_row / ?1, day, sum(tiles), sum(size) FROM days"
    " WHERE z = ?2 AND cell_column BETWEEN ?3 AND ?4 AND cell_row BETWEEN ?5 AND ?6"
    " GROUP BY cell_column / ?1, cell_row / ?1, day"
)
_FIRST, _LAST = -(1 << 62), 1 << 62
_REMEDY = "if it is damaged, remove it and let tilekeep caches list the store anew"


class AccountBook:
    """Reads and writes the counts in ``path``; made when first written."""

    def __init__(self, path: str, file_permissions: int | None = None) -> None:
        """Touches nothing; ``file_permissions`` are those of a new file, None leaves them to the umask."""
        self._path = path
        self._file_permissions = file_permissions

    def enter(self, block: CellBlock, counts: Mapping[Cell, Count], tiles: Mapping[Cell, CellTiles]) -> None:
        """See :meth:`tilekeep.ports.ledger.Ledger.enter`."""
        where = _where(block)
        cells = [(*cell, *count[:4]) for cell, count in counts.items()]
        days = [(*cell, day, *amount) for cell, count in counts.items() for day, amount in count.days.items()]
        packed = [(*cell, pack(some)) for cell, some in tiles.items()]
        with self._writing() as database:
            change = {day: Amount(-tiles, -size) for day, tiles, size in database.execute(_DAYS_OF_BLOCK, where)}
            for count in counts.values():
                for day, amount in count.days.items():
                    change[day] = change.get(day, Amount()).plus(*amount)
            for statement in _FORGET:
                database.execute(statement, where)
            database.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)", cells)
            database.executemany("INSERT INTO days VALUES (?, ?, ?, ?, ?, ?)", days)
            database.executemany("INSERT INTO cell_tiles VALUES (?, ?, ?, ?)", packed)
            database.executemany(_CHANGE_LEVEL, [(block.z, day, *amount) for day, amount in change.items()])
            database.execute("DELETE FROM level_days WHERE z = ? AND tiles = 0", (block.z,))

    def note_complete(self, at: float) -> None:
        """See :meth:`tilekeep.ports.ledger.Ledger.note_complete`."""
        with self._writing() as database:
            database.execute("DELETE FROM listed")
            database.execute("INSERT INTO listed VALUES (?)", (at,))

    def levels(self) -> tuple[dict[int, Count], bool]:
        """The counts of all levels, and whether the store has been listed as a whole."""
        with self._reading() as database:
            if database is None:
                return {}, False
            complete = database.execute("SELECT 1 FROM listed").fetchone() is not None
            days: dict[int, dict[int, Amount]] = {}
            for z, day, *amount in database.execute("SELECT z, day, tiles, size FROM level_days ORDER BY z, day"):
                days.setdefault(z, {})[day] = Amount(*amount)
            rows = database.execute(
                "SELECT z, sum(tiles), sum(size), min(oldest), max(newest) FROM cells GROUP BY z ORDER BY z"
            )
            return {z: Count(tiles, size, oldest, newest, days[z]) for z, tiles, size, oldest, newest in rows}, complete

    def cells(self, z: int) -> list[tuple[Cell, Count]]:
        """The counted cells of a level."""
        return self.squares(CellBlock(z), 1)

    def squares(self, block: CellBlock, side: int) -> list[tuple[Cell, Count]]:
        """See :class:`tilekeep.ports.ledger.CountedSquares`."""
        where = (side, *_where(block))
        with self._reading() as database:
            if database is None:
                return []
            days: dict[tuple[int, int], dict[int, Amount]] = {}
            for column, row, day, *amount in database.execute(_DAYS_OF_SQUARES, where):
                days.setdefault((column, row), {})[day] = Amount(*amount)
            return [
                (Cell(block.z, column, row), Count(tiles, size, oldest, newest, days[column, row]))
                for column, row, tiles, size, oldest, newest in database.execute(_SQUARES, where)
            ]

    def tiles(self, block: CellBlock) -> dict[Cell, CellTiles]:
        """See :class:`tilekeep.ports.ledger.CountedSquares`."""
        with self._reading() as database:
            if database is None or not database.execute(_HAS_TILES).fetchone():
                return {}
            rows = database.execute(_TILES, _where(block)).fetchall()
        try:
            return {Cell(block.z, *where): unpack(packed) for *where, packed in rows}
        except ValueError as error:
            raise StoreError(f"cannot read the ledger {self._path!r}: {error}; {_REMEDY}") from error

    def note_uses(self, cells: Iterable[Cell], at: float) -> None:
        """See :class:`tilekeep.ports.ledger.Uses`."""
        with self._writing() as database:
            database.executemany(
                "INSERT INTO uses VALUES (?1, ?2, ?3, ?4) ON CONFLICT (z, cell_column, cell_row)"
                " DO UPDATE SET used = max(used, ?4)",
                [(*cell, at) for cell in cells],
            )

    def uses(self) -> dict[Cell, float]:
        """See :class:`tilekeep.ports.ledger.Uses`."""
        with self._reading() as database:
            rows = () if database is None else database.execute("SELECT z, cell_column, cell_row, used FROM uses")
            return {Cell(z, column, row): used for z, column, row, used in rows}

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._translated("write"), self._connected_to_write() as database:
            # What a loss of power may cost is counted again by a scan; waiting for the disk would cost more.
            database.execute("PRAGMA synchronous = OFF")
            # Tables are made in the transaction, too: readers look at the book while it is made.
            database.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                database.execute(table)
            yield database
            database.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        with self._translated("read"):
            if not os.path.exists(self._path):
                yield None
                return
            # For writing, if it may be written, as only then what a writer left who died in a change is undone.
            with closing(self._connected("rw")) as database:
                database.execute("BEGIN")
                yield database if database.execute("SELECT 1 FROM sqlite_master").fetchone() else None

    def _connected_to_write(self) -> closing[sqlite3.Connection]:
        if self._file_permissions is not None:
            with contextlib.suppress(FileExistsError):
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o664)
                try:
                    os.fchmod(descriptor, self._file_permissions)
                finally:
                    os.close(descriptor)
        return closing(self._connected("rwc"))

    def _connected(self, mode: str) -> sqlite3.Connection:
        uri = f"file:{quote(self._path)}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot {doing} the ledger {self._path!r}: {error}; {_REMEDY}") from error
        except (ValueError, LookupError, TypeError) as error:
            # What is in it does not fit together, or SQLite cites text of it that is none.
            raise StoreError(f"the ledger {self._path!r} is damaged; {_REMEDY}") from error


def _where(block: CellBlock) -> tuple[int, int, int, int, int]:
    """Level, first and last column, first and last row of a block."""
    columns, rows = block.columns or (_FIRST, _LAST), block.rows or (_FIRST, _LAST)
    return (block.z, *columns, *rows)

"""Tiles on their way into an archive: bytes in one temporary file, what is known of them in a temporary database."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import NamedTuple, Self

from tilekeep.adapters.storage.pmtiles.directory import Entry
from tilekeep.domain.errors import StoreError

_TABLES = """
CREATE TABLE contents (
    digest BLOB PRIMARY KEY, spooled INTEGER, length INTEGER, placed INTEGER
) WITHOUT ROWID;
CREATE TABLE tiles (number INTEGER PRIMARY KEY, digest BLOB);
CREATE TABLE entries (first INTEGER PRIMARY KEY, offset INTEGER, length INTEGER, run INTEGER);
"""

#: Of the database, in memory.
_PAGE_CACHE_KIB = 16_384
_FETCHED_AT_ONCE = 1000


class Summary(NamedTuple):
    """What an archive will hold: tiles, entries, different contents and their bytes; numbers of its outer tiles."""

    tiles: int
    entries: int
    contents: int
    bytes: int
    first: int
    last: int


class TileSpool:
    """Takes tiles in any order, then gives entries in that of the archive, and bytes in that of the entries."""

    def __init__(self, directory: str) -> None:
        """Spools to temporary files in ``directory``.

        :raises OSError: they cannot be made.
        :raises StoreError: nor can the database in one of them.
        """
        with ExitStack() as opened, _translated():
            self._bodies = opened.enter_context(tempfile.TemporaryFile(dir=directory))
            folder = tempfile.TemporaryDirectory(dir=directory, prefix=".tilekeep-spool-", ignore_cleanup_errors=True)
            opened.enter_context(folder)
            self._length = 0
            self._database = sqlite3.connect(os.path.join(folder.name, "tiles"), isolation_level=None)
            opened.callback(self._database.close)
            # Nobody needs the spool after a crash.
            for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_PAGE_CACHE_KIB}"):
                self._database.execute(f"PRAGMA {setting}")
            self._database.executescript(_TABLES)
            # It stays open without its name, so that whoever is killed leaves nothing behind.
            folder.cleanup()
            self._database.execute("BEGIN")
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        """The spool; the end of the block removes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes what was spooled."""
        self._opened.close()
        if isinstance(error, sqlite3.Error):
            raise _spool_error(error) from error

    def add(self, number: int, body: bytes) -> None:
        """Takes a tile instead of the one with this number before; an empty one is none."""
        if not body:
            self._database.execute("DELETE FROM tiles WHERE number = ?", (number,))
            return
        digest = hashlib.blake2b(body, digest_size=16).digest()
        added = self._database.execute(
            "INSERT OR IGNORE INTO contents VALUES (?, ?, ?, NULL)", (digest, self._length, len(body))
        )
        if added.rowcount:
            self._bodies.write(body)
            self._length += len(body)
        self._database.execute("INSERT OR REPLACE INTO tiles VALUES (?, ?)", (number, digest))

    def arrange(self) -> Summary:
        """Gives each content its place behind those of the tiles before; after this nothing can be added."""
        tiles = entries = contents = length = 0
        first = last = 0
        run: Entry | None = None
        rows = self._database.cursor().execute("SELECT number, digest FROM tiles ORDER BY number")
        for number, digest in rows:
            size, placed = self._database.execute(
                "SELECT length, placed FROM contents WHERE digest = ?", (digest,)
            ).fetchone()
            if placed is None:
                placed, length, contents = length, length + size, contents + 1
                self._database.execute("UPDATE contents SET placed = ? WHERE digest = ?", (placed, digest))
            if run is not None and run.offset == placed and run.first + run.run == number:
                run = run._replace(run=run.run + 1)
            else:
                entries += self._note(run)
                run = Entry(number, placed, size, 1)
            first, last, tiles = (number if not tiles else first), number, tiles + 1
        entries += self._note(run)
        return Summary(tiles, entries, contents, length, first, last)

    def entries(self) -> Iterator[Entry]:
        """The entries of the archive in order; may be called again."""
        rows = self._database.cursor().execute("SELECT first, offset, length, run FROM entries ORDER BY first")
        while some := rows.fetchmany(_FETCHED_AT_ONCE):
            yield from map(Entry._make, some)

    def bodies(self) -> Iterator[bytes]:
        """The contents in the order of their places."""
        self._bodies.flush()
        rows = self._database.cursor().execute(
            "SELECT spooled, length FROM contents WHERE placed IS NOT NULL ORDER BY placed"
        )
        for spooled, length in rows:
            yield os.pread(self._bodies.fileno(), length, spooled)

    def _note(self, run: Entry | None) -> int:
        if run is None:
            return 0
        self._database.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", run)
        return 1


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _spool_error(error) from error


def _spool_error(error: sqlite3.Error) -> StoreError:
    return StoreError(f"cannot spool tiles: {error}")

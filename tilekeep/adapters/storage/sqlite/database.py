"""An open database of tiles, and what is known of it without asking again."""

from __future__ import annotations

import os
import sqlite3
from urllib.parse import quote

from tilekeep.adapters.storage.sqlite.errors import DAMAGED
from tilekeep.adapters.storage.sqlite.shared_images import ADDRESSES, UNUSED_IMAGES
from tilekeep.adapters.storage.sqlite.statements import Statements, TileTable
from tilekeep.domain.errors import StoreError

#: In KiB; enough for the inner pages of the index, as tiles themselves are kept by the system.
_PAGE_CACHE_KIB = 512
_STATEMENTS_KEPT = 32

#: How far a write-ahead log grows before it goes into the database, in pages: 16 MiB of new databases.
_LOG_PAGES = 2000

#: Of new databases, in bytes: most tiles fill one or two.
PAGE_BYTES = 8192

#: Which file an open database is: device and number, and for one that never looks again its time and size too.
Identity = tuple[int, ...]


def identity_of(status: os.stat_result, *, unchanging: bool = False) -> Identity:
    """What tells the file from another of the same name."""
    if unchanging:
        return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size
    return status.st_dev, status.st_ino


def is_at_rest(path: str) -> bool:
    """Whether nothing of the database is in a log or journal beside its file, as it is while somebody writes to it."""
    return not any(_has_bytes(f"{path}{ending}") for ending in ("-wal", "-journal"))


def _has_bytes(path: str) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False


class Database:
    """A connection; used by one thread at a time.

    :ivar unchanging: the file cannot be written, nor can the files that SQLite wants beside it; it is read as it is.
    :ivar execute: runs a statement.
    :ivar executemany: runs a statement with each of several sets of parameters.
    :ivar statements: what to run; None if there is no table of tiles.
    :ivar has_records: whether there is a table of records with its trigger.
    :ivar is_view: whether the tiles are a view, as in files of other programs that share images.
    :ivar levels: those that are known to be noted in the metadata.
    """

    __slots__ = (
        "_version",
        "connection",
        "execute",
        "executemany",
        "has_records",
        "identity",
        "is_view",
        "levels",
        "path",
        "statements",
        "unchanging",
    )

    def __init__(self, path: str, connection: sqlite3.Connection, identity: Identity, *, unchanging: bool) -> None:
        """Wraps ``connection``; :meth:`look` is to be called next."""
        self.path = path
        self.connection = connection
        self.identity = identity
        self.unchanging = unchanging
        self.execute = connection.execute
        self.executemany = connection.executemany
        self.statements: Statements | None = None
        self.has_records = False
        self.is_view = False
        self.levels: set[int] = set()
        self._version = -1

    def look(self, table: TileTable, *, shares_file: bool) -> None:
        """Finds out which tables there are.

        :raises sqlite3.Error: it is no database, or damaged, or locked.
        :raises StoreError: it is of another kind.
        """
        (self._version,) = self.execute("PRAGMA schema_version").fetchone()
        types = dict(self.execute("SELECT name, type FROM sqlite_master"))
        if table.name not in types:
            if types and not shares_file:
                raise StoreError(f"{self.path!r} has no table {table.name!r}, so it holds no tiles; name another file")
            return
        self.is_view = types[table.name] == "view"
        self.has_records = table.record_name in types and (self.is_view or table.trigger_name in types)
        rows = ADDRESSES if UNUSED_IMAGES in types else table.name
        self.statements = table.statements(with_records=table.record_name in types, rows=rows)

    def is_as_seen(self) -> bool:
        """Whether the tables are those that :meth:`look` has found; only asked while some are missing."""
        if self.has_records:
            return True
        (version,) = self.execute("PRAGMA schema_version").fetchone()
        return bool(version == self._version)

    def close(self) -> None:
        """Closes the connection; a transaction under way is undone."""
        self.connection.close()


def keep_log(connection: sqlite3.Connection) -> None:
    """What a connection to a database with a write-ahead log is told.

    A loss of power may cost the last tiles, never the database (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")


def connect(path: str, timeout_seconds: float, *, unchanging: bool = False) -> sqlite3.Connection:
    """A connection to an existing file; one that cannot be written is opened for reading.

    :raises sqlite3.Error: it cannot be opened, or is no database.
    """
    mode = "mode=ro&immutable=1" if unchanging else "mode=rw"
    connection = sqlite3.connect(
        f"file:{quote(path)}?{mode}",
        uri=True,
        timeout=timeout_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS_KEPT,
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        if journal == "wal":
            keep_log(connection)
    except UnicodeDecodeError as error:
        connection.close()
        # SQLite cites the text that is wrong, and Python cannot read that.
        raise sqlite3.DatabaseError(DAMAGED) from error
    except BaseException:
        connection.close()
        raise
    return connection

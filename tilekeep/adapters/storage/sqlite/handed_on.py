"""Databases that are handed on: each is one file with all that is in it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing

from tilekeep.adapters.storage.sqlite.database import connect
from tilekeep.adapters.storage.sqlite.errors import database_error

#: Whoever else has the file open may be about to close it.
_TIMEOUT_SECONDS = 5.0


def into_one_file(path: str) -> None:
    """Puts the write-ahead log of the database at ``path`` into it, and leaves none beside it.

    Without that whoever copies the file alone copies none of the newest tiles.  Where others have the database open it
    is made whole, and keeps its log, which is theirs (https://www.sqlite.org/wal.html).  One that is not there is no
    error.

    :raises StoreError: it cannot be written, or is damaged.
    """
    if not os.path.isfile(path):
        return
    try:
        with closing(connect(path, _TIMEOUT_SECONDS)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        raise database_error("end the log", path, error) from error

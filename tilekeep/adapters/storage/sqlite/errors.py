"""What SQLite says when it fails, as errors of the store that name file, reason and remedy."""

from __future__ import annotations

import os
import sqlite3

from tilekeep.domain.errors import StoreError

#: Failures that another program's creating, checkpointing or removing of the same file explains, and that pass.
_PASSING = frozenset(
    {
        "SQLITE_BUSY_RECOVERY",
        "SQLITE_BUSY_SNAPSHOT",
        "SQLITE_CANTOPEN",
        "SQLITE_IOERR_SHORT_READ",
        "SQLITE_PROTOCOL",
        # The connection may be from a time at which the disk could not be written.
        "SQLITE_READONLY",
        "SQLITE_READONLY_DBMOVED",
        "SQLITE_READONLY_RECOVERY",
        "SQLITE_READONLY_CANTINIT",
        "SQLITE_SCHEMA",
    }
)

DAMAGED = "the database is damaged; restore it, or remove it and its -wal and -journal files"

_REASONS = {
    "SQLITE_NOTADB": "it is no SQLite database; move it away or name another file",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY_ROLLBACK": (
        "a program that was killed has left a change half made; open the file once as a user who may write it"
    ),
}


def error_name(error: sqlite3.Error) -> str:
    """SQLite's name of the failure, such as ``SQLITE_BUSY``; empty where the library gives none."""
    return getattr(error, "sqlite_errorname", None) or ""


def may_pass(error: sqlite3.Error) -> bool:
    """Whether another attempt with a new connection is worth it."""
    return error_name(error) in _PASSING


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another program, or another part of this one, has it locked."""
    return _family(error_name(error)) in ("SQLITE_BUSY", "SQLITE_LOCKED")


def database_error(doing: str, path: str, error: sqlite3.Error) -> StoreError:
    """The store's error for ``error``, naming what was done, where, and why it failed."""
    return StoreError(f"cannot {doing} in {path!r}: {_reason(path, error)}")


def _reason(path: str, error: sqlite3.Error) -> str:
    name = error_name(error)
    family = _family(name)
    if name in _REASONS:
        return _REASONS[name]
    if is_locked(error):
        return "another program keeps it locked; find out which, or set a longer sqlite_timeout"
    if family in ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"):
        return _denied(path) or str(error)
    if family == "SQLITE_IOERR":
        return f"disk I/O error ({name}); is the disk full, or a quota reached?"
    return _REASONS.get(family, str(error))


def _family(name: str) -> str:
    return "_".join(name.split("_")[:2])


def _denied(path: str) -> str:
    """What the system refuses at ``path`` or in its directory, in the system's words; nothing where it refuses none."""
    directory = os.path.dirname(path)
    for place, rights in ((path, os.R_OK), (path, os.W_OK), (directory, os.W_OK | os.X_OK)):
        if os.path.exists(place) and not os.access(place, rights):
            what = "read" if rights == os.R_OK else "written"
            return f"Permission denied, {place!r} cannot be {what}"
    return ""

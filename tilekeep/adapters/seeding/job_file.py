"""Notes on seeding in a file of SQLite; that it exists means that a run has not been finished (spec/seed.md, 5)."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from tilekeep.domain.errors import ForeignNotes, JobStoreError
from tilekeep.domain.seed_plan import Position, SeedChunk
from tilekeep.domain.seeding import (
    MOST_REMEMBERED,
    NOT_STARTED,
    ChunkResult,
    FailedUnit,
    SeedWorker,
    Tally,
    TaskName,
    TaskProgress,
)
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.job_store import TaskNote, WorkerNote

#: "Tkjb": by it a file of notes is told from other databases (https://www.sqlite.org/fileformat2.html, 1.3.17).
_APPLICATION_ID = 0x546B6A62
_VERSION = 2

#: Failed units that are read together.
_PAGE = 500

_BEFORE_ALL = TileCoord(-1, -1, -1)

_TABLES = """
CREATE TABLE task (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cells INTEGER NOT NULL, passed INTEGER NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0, upto TEXT, made INTEGER NOT NULL DEFAULT 0, renewed INTEGER NOT NULL DEFAULT 0,
  kept INTEGER NOT NULL DEFAULT 0, empty INTEGER NOT NULL DEFAULT 0, started_at REAL NOT NULL, changed_at REAL NOT NULL,
  fingerprint TEXT NOT NULL
);
CREATE TABLE beyond (task INTEGER NOT NULL REFERENCES task, step INTEGER NOT NULL, number TEXT NOT NULL,
  PRIMARY KEY (task, step, number)) WITHOUT ROWID;
CREATE TABLE failed (task INTEGER NOT NULL REFERENCES task, z INTEGER NOT NULL, x INTEGER NOT NULL, y INTEGER NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (task, z, x, y)) WITHOUT ROWID;
"""

#: Added to files of earlier versions too, which have no use for it.
_WORKERS = """
CREATE TABLE IF NOT EXISTS worker (name TEXT PRIMARY KEY, at_a_time INTEGER NOT NULL, state TEXT NOT NULL,
  under_way TEXT NOT NULL, done INTEGER NOT NULL, changed_at REAL NOT NULL) WITHOUT ROWID;
"""


class JobFile:
    """Implements :class:`tilekeep.ports.job_store.JobStore`.

    What is noted survives the death of the process; the loss of power may cost the last chunks, which are then looked
    at once more.
    """

    def __init__(self, path: str, *, new: bool = False, read_only: bool = False) -> None:
        """Opens the file, or makes it.

        Args:
            path: of the file; ``:memory:`` for notes that nobody needs later.
            new: whether what is there already is dropped.
            read_only: whether nothing is changed, nor a file made where there is none, as that would look like an
                unfinished run.

        :raises JobStoreError: it cannot be opened, or is something else.
        """
        self._path = path
        with self._translated():
            if new and path != ":memory:":
                _drop(path)
            # Not "ro": a writer that was killed may have left a journal, without which nobody can read.
            name = f"file:{quote(path)}?mode=rw" if read_only else path
            self._database = sqlite3.connect(name, uri=read_only, timeout=30.0, isolation_level=None)
            try:
                self._begin(read_only=read_only)
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def progress_of(self, name: TaskName) -> TaskProgress:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated():
            row = self._database.execute(
                "SELECT id, finished, upto, made, renewed, kept, empty FROM task WHERE name = ?", (_text(name),)
            ).fetchone()
            if row is None:
                return NOT_STARTED
            number, finished, upto, made, renewed, kept, empty = row
            beyond = self._database.execute("SELECT step, number FROM beyond WHERE task = ?", (number,)).fetchall()
            (failed,) = self._database.execute("SELECT count(*) FROM failed WHERE task = ?", (number,)).fetchone()
            some_failed = self._failed_after(_text(name), _BEFORE_ALL, MOST_REMEMBERED)
            return TaskProgress(
                is_finished=bool(finished),
                upto=None if upto is None else Position(*json.loads(upto)),
                beyond=frozenset(Position(step, int(text)) for step, text in beyond),
                result=Tally(made, renewed, kept, empty, failed, tuple(some_failed)),
            )

    def begin(self, name: TaskName, cells: int, at: float, fingerprint: str) -> None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated():
            self._database.execute(
                "INSERT INTO task (name, cells, started_at, changed_at, fingerprint) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET cells = excluded.cells, changed_at = excluded.changed_at",
                (_text(name), cells, at, at, fingerprint),
            )

    def fingerprint_of(self, name: TaskName) -> str | None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated():
            row = self._database.execute("SELECT fingerprint FROM task WHERE name = ?", (_text(name),)).fetchone()
        return None if row is None else str(row[0])

    def forget(self, name: TaskName) -> None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated(), self._transaction():
            named = (_text(name),)
            self._database.execute("DELETE FROM beyond WHERE task = (SELECT id FROM task WHERE name = ?)", named)
            self._database.execute("DELETE FROM failed WHERE task = (SELECT id FROM task WHERE name = ?)", named)
            self._database.execute("DELETE FROM task WHERE name = ?", named)

    def advance(self, name: TaskName, progress: TaskProgress, passed: int, result: ChunkResult, at: float) -> None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        upto = None if progress.upto is None else json.dumps(progress.upto)
        with self._translated(), self._transaction():
            number = self._add(name, result, at)
            self._database.execute(
                "UPDATE task SET passed = ?, finished = ?, upto = ? WHERE id = ?",
                (passed, progress.is_finished, upto, number),
            )
            self._database.execute("DELETE FROM beyond WHERE task = ?", (number,))
            self._database.executemany(
                "INSERT INTO beyond VALUES (?, ?, ?)",
                [(number, position.step, str(position.number)) for position in progress.beyond],
            )
            self._add_failed(number, result)

    def failed_units(self, name: TaskName) -> Iterator[FailedUnit]:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        after = _BEFORE_ALL
        while True:
            with self._translated():
                page = self._failed_after(_text(name), after, _PAGE)
            if not page:
                return
            yield from page
            after = page[-1].unit

    def settle_failed(self, name: TaskName, units: Sequence[TileCoord], result: ChunkResult, at: float) -> None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated(), self._transaction():
            number = self._add(name, result, at)
            self._database.executemany(
                "DELETE FROM failed WHERE task = ? AND z = ? AND x = ? AND y = ?", [(number, *unit) for unit in units]
            )
            self._add_failed(number, result)

    def tasks(self) -> Sequence[TaskNote]:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        if not self._has_tasks:
            return []
        with self._translated():
            rows = self._database.execute(
                "SELECT name, passed, cells, started_at, changed_at FROM task ORDER BY id"
            ).fetchall()
            return [TaskNote(_name(text), self.progress_of(_name(text)), *facts) for text, *facts in rows]

    def note_workers(self, workers: Sequence[SeedWorker], at: float) -> None:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        with self._translated(), self._transaction():
            self._database.execute("DELETE FROM worker")
            self._database.executemany(
                "INSERT INTO worker VALUES (?, ?, ?, ?, ?, ?)",
                [(one.name, one.at_a_time, one.state, json.dumps(one.under_way), one.done, at) for one in workers],
            )

    def workers(self) -> Sequence[WorkerNote]:
        """See :class:`~tilekeep.ports.job_store.JobStore`."""
        if not self._has_workers:
            return []
        with self._translated():
            rows = self._database.execute(
                "SELECT name, at_a_time, state, under_way, done, changed_at FROM worker ORDER BY name"
            ).fetchall()
            return [
                WorkerNote(SeedWorker(name, at_a_time, state, _chunks(under_way), done), changed_at)
                for name, at_a_time, state, under_way, done, changed_at in rows
            ]

    def _add(self, name: TaskName, result: ChunkResult, at: float) -> int:
        """Adds tiles to those of a task, which is known; its number."""
        (number,) = self._database.execute(
            "UPDATE task SET made = made + ?, renewed = renewed + ?, kept = kept + ?, empty = empty + ?,"
            " changed_at = ? WHERE name = ? RETURNING id",
            (*result[:4], at, _text(name)),
        ).fetchone()
        return int(number)

    def _add_failed(self, number: int, result: ChunkResult) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?)",
            [(number, *failed.unit, _storable(failed.reason)) for failed in result.failed],
        )

    def _failed_after(self, name: str, after: TileCoord, most: int) -> list[FailedUnit]:
        rows = self._database.execute(
            "SELECT z, x, y, reason FROM failed WHERE task = (SELECT id FROM task WHERE name = ?)"
            " AND (z, x, y) > (?, ?, ?) ORDER BY z, x, y LIMIT ?",
            (name, *after, most),
        )
        return [FailedUnit(TileCoord(z, x, y), reason) for z, x, y, reason in rows]

    def _begin(self, *, read_only: bool) -> None:
        tables = self._checked_tables()
        if read_only:
            self._database.execute("PRAGMA query_only = ON")
        else:
            self._prepare(is_new=not tables)
        # Whoever has just begun to write may not have made them yet.
        self._has_tasks = not read_only or "task" in tables
        self._has_workers = not read_only or "worker" in tables

    def _checked_tables(self) -> set[str]:
        """The tables that there are; none in a new file."""
        tables = {name for (name,) in self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # After the tables, with which it is written: somebody may just begin a file.
        (application,) = self._database.execute("PRAGMA application_id").fetchone()
        if tables and application != _APPLICATION_ID:
            raise ForeignNotes(f"{self._path!r} is no file of progress; remove it, or name another one")
        return tables

    def _prepare(self, *, is_new: bool) -> None:
        # The file is worth nothing without the run, so that only the death of the process has to be survived.
        self._database.execute("PRAGMA synchronous = OFF")
        if is_new:
            self._database.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        self._database.execute(_WORKERS)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # SQLite has undone everything itself where, for example, the disk is full.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            # What Python itself finds wrong has no code.
            is_foreign = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
            kind = ForeignNotes if is_foreign else JobStoreError
            raise kind(f"the file of progress {self._path!r} cannot be used: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise JobStoreError(f"the file of progress {self._path!r} cannot be used: {error}") from error
        except (ValueError, LookupError, TypeError) as error:
            # What is in it is not what was written, or SQLite cites text of it that is none.
            raise JobStoreError(f"the file of progress {self._path!r} is damaged; remove it") from error


def _drop(path: str) -> None:
    """Removes notes, of MapProxy too; anything else of that name stays, since the name may be mistaken.

    :raises JobStoreError: it is something else.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    is_pickle = head[:1] == b"\x80"
    is_ours = head[:16] == b"SQLite format 3\0" and head[68:72] == _APPLICATION_ID.to_bytes(4, "big")
    if head and not is_pickle and not is_ours:
        raise JobStoreError(f"{path!r} is no file of progress, and is not replaced; name another one")
    os.unlink(path)


def _storable(text: str) -> str:
    """Text for SQLite, which has no room for the bytes of file names that are no characters."""
    return text.encode(errors="backslashreplace").decode()


def _text(name: TaskName) -> str:
    return json.dumps(name)


def _chunks(text: str) -> tuple[SeedChunk, ...]:
    return tuple(SeedChunk(*chunk) for chunk in json.loads(text))


def _name(text: str) -> TaskName:
    kind, name, cache, grid, levels, dimensions = json.loads(text)
    pairs: Any = tuple((key, value) for key, value in dimensions)
    return TaskName(kind, name, cache, grid, tuple(levels), pairs)

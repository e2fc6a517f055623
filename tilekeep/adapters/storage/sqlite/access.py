"""Reading and writing the databases of one store: opening, preparing, transactions, and what to try once more."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from typing import TypeVar

from tilekeep.adapters.storage.sqlite.connections import Connections
from tilekeep.adapters.storage.sqlite.creation import DatabaseCreation
from tilekeep.adapters.storage.sqlite.database import PAGE_BYTES, Database, connect, identity_of, is_at_rest, keep_log
from tilekeep.adapters.storage.sqlite.errors import database_error, is_locked, may_pass
from tilekeep.adapters.storage.sqlite.schema import TileSchema
from tilekeep.domain.errors import StoreError

T = TypeVar("T")

_ATTEMPTS = 5


class DatabaseAccess:
    """All that a store does with databases goes through here, so that errors and locks are dealt with once."""

    def __init__(
        self, schema: TileSchema, connections: Connections, creation: DatabaseCreation, *, timeout_seconds: float
    ) -> None:
        """Binds the format to where connections are kept; touches nothing.

        Args:
            schema: the format.
            connections: shared with other stores.
            creation: makes databases that are missing.
            timeout_seconds: how long another program's lock is waited for.
        """
        self._schema = schema
        self._connections = connections
        self._creation = creation
        self._timeout_seconds = timeout_seconds
        self._owner = connections.owner()

    def take(self, path: str) -> Database | None:
        """The database at ``path`` for reading, to be given back or closed; None if it is not there, or has no tiles.

        :raises StoreError: the system refuses to say, or it is of another kind.
        :raises sqlite3.Error: the database fails.
        """
        database = self._connections.take(self._owner, path, self._open)
        if database is not None and database.statements is None:
            self.give_back(database)
            return None
        return database

    def give_back(self, database: Database) -> None:
        """Ends the use of a database that is in order."""
        self._connections.give_back(self._owner, database)

    def reading(self, path: str, doing: str, work: Callable[[Database], T]) -> T | None:
        """What ``work`` gives for the database at ``path``, all of which it sees as it is at one moment; or None.

        ``work`` may be called again after a failure that passes.

        :raises StoreError: the database cannot be read.
        """

        def once() -> T | None:
            database = self.take(path)
            return None if database is None else self._transaction(database, "BEGIN", work)

        return self._attempts(path, doing, once)

    def writing(self, path: str, doing: str, work: Callable[[Database], T]) -> T:
        """What ``work`` gives for the database at ``path``, made if need be, in one transaction: all of it or nothing.

        :raises StoreError: the database cannot be written.
        """

        def once() -> T:
            with self._connections.writer(path):
                return self._transaction(self._prepared(path), "BEGIN IMMEDIATE", work)

        return self._attempts(path, doing, once)

    def changing(self, path: str, doing: str, work: Callable[[Database], T]) -> T | None:
        """As :meth:`writing`, but a database that is not there is not made: then None."""
        if self._attempts(path, doing, lambda: self._has_tiles(path)):
            return self.writing(path, doing, work)
        return None

    def maintaining(self, path: str, work: Callable[[Database], object]) -> None:
        """Does ``work`` outside of a transaction, for what is good to have done but may fail."""
        try:
            database = self.take(path)
        except (sqlite3.Error, StoreError):
            return
        if database is not None:
            try:
                work(database)
            except sqlite3.Error:
                database.close()
            else:
                self.give_back(database)

    def _has_tiles(self, path: str) -> bool:
        database = self.take(path)
        if database is None:
            return False
        self.give_back(database)
        return True

    def _attempts(self, path: str, doing: str, once: Callable[[], T]) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return once()
            except sqlite3.Error as error:
                if attempt == _ATTEMPTS or not may_pass(error):
                    raise database_error(doing, path, error) from error
            except _Replaced as error:
                if attempt == _ATTEMPTS:
                    raise StoreError(f"cannot {doing} in {path!r}: it is removed again and again") from error
        raise AssertionError("the last attempt returns or raises")

    def _transaction(self, database: Database, begin: str, work: Callable[[Database], T]) -> T:
        try:
            database.execute(begin)
            if begin != "BEGIN":
                _require_name(database)
            result = work(database)
            database.execute("COMMIT")
        except BaseException:
            # Closing undoes what was begun, and a failing connection is better replaced.
            database.close()
            raise
        self.give_back(database)
        return result

    def _open(self, path: str, status: os.stat_result) -> Database:
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{path!r} is no file; remove it or name another")
        try:
            return self._opened(path, status, unchanging=False)
        except sqlite3.OperationalError as error:
            if is_locked(error) or not _may_be_read_only(path):
                raise
        return self._opened(path, status, unchanging=True)

    def _opened(self, path: str, status: os.stat_result, *, unchanging: bool) -> Database:
        connection = connect(path, self._timeout_seconds, unchanging=unchanging)
        database = Database(path, connection, identity_of(status, unchanging=unchanging), unchanging=unchanging)
        try:
            database.look(self._schema.table, shares_file=self._schema.shares_file)
        except BaseException:
            database.close()
            raise
        return database

    def _prepared(self, path: str) -> Database:
        """The database at ``path`` with all tables; the caller looks whether it still is the one of its name."""
        database = self._connections.take(self._owner, path, self._open)
        if database is not None:
            if database.statements is not None and (database.has_records or database.is_view):
                return database
            database.close()
        with self._creation.file(path) as is_empty:
            return self._prepare(path, is_empty=is_empty)

    def _prepare(self, path: str, *, is_empty: bool) -> Database:
        try:
            status = os.stat(path)
        except OSError as error:
            raise _Replaced from error
        connection = connect(path, self._timeout_seconds)
        database = Database(path, connection, identity_of(status), unchanging=False)
        try:
            if is_empty:
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                if self._creation.wants_wal(path):
                    connection.execute("PRAGMA journal_mode = WAL")
                    keep_log(connection)
            connection.execute("BEGIN IMMEDIATE")
            self._schema.prepare(connection)
            database.look(self._schema.table, shares_file=self._schema.shares_file)
            if not database.is_view:
                for statement in self._schema.table.create_record():
                    connection.execute(statement)
                database.look(self._schema.table, shares_file=self._schema.shares_file)
            connection.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        return database


class _Replaced(Exception):
    """The file was removed or replaced between opening and locking it."""


def _require_name(database: Database) -> None:
    """Makes sure that the file is still the one of its name, rather than one that somebody has removed."""
    try:
        found = identity_of(os.stat(database.path), unchanging=database.unchanging)
    except OSError as error:
        raise _Replaced from error
    if found != database.identity:
        raise _Replaced


def _may_be_read_only(path: str) -> bool:
    """Whether the file may be read as it is: nobody can write it here, and all that is in the database is in it."""
    return os.access(path, os.R_OK) and not os.access(os.path.dirname(path), os.W_OK) and is_at_rest(path)

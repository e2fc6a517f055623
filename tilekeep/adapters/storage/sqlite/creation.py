"""Making new databases, one process at a time, MapProxy's processes among them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.directories import make_directories
from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.sqlite.local_disk import is_on_local_disk
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import LockTimeout, LockUnavailable, StoreError
from tilekeep.ports.tile_lock import TileLock

_ATTEMPTS = 5
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True, slots=True)
class DatabaseCreation:
    """How new databases are made.

    :ivar modes: permissions of new directories and files.
    :ivar wal: whether they get a write-ahead log (``sqlite_wal``); None for those on a local disk.
    :ivar locks: the locks in a directory; the one called ``<file>.init.lck`` is held while a database gets its tables.
    """

    modes: FileModes
    wal: bool | None
    locks: Callable[[str], TileLock]

    @contextmanager
    def file(self, path: str) -> Iterator[bool]:
        """Makes sure that there is a file, if only an empty one; the context is locked, and tells whether it is empty.

        :raises StoreError: the disk, a permission, or the lock.
        """
        directory, name = os.path.split(path)
        self._make_directories(directory)
        try:
            with self.locks(directory).hold(f"{name}.init.lck", NO_DEADLINE):
                yield self._is_empty(path)
        except (LockTimeout, LockUnavailable) as error:
            raise StoreError(f"cannot prepare {path!r}: {error}") from error

    def wants_wal(self, path: str) -> bool:
        """Whether the new database at ``path`` gets a write-ahead log."""
        return is_on_local_disk(os.path.dirname(path)) if self.wal is None else self.wal

    def _make_directories(self, directory: str) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                make_directories(directory, self.modes.directory)
            except FileNotFoundError as error:
                if attempt == _ATTEMPTS:
                    raise store_error("make directory", directory, error) from error
            except OSError as error:
                raise store_error("make directory", directory, error) from error
            else:
                return

    def _is_empty(self, path: str) -> bool:
        try:
            try:
                descriptor = os.open(path, _NEW_FILE, 0o664)
            except FileExistsError:
                return os.stat(path).st_size == 0
            try:
                if self.modes.file is not None:
                    os.fchmod(descriptor, self.modes.file)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise store_error("make", path, error) from error
        return True

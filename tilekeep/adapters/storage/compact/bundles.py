"""Bundles as files that other threads, processes and programs read, change and replace at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat, Damaged, Files
from tilekeep.adapters.storage.compact.bundle_lock import BundleLocks
from tilekeep.adapters.storage.compact.changing import remove_old
from tilekeep.adapters.storage.compact.opening import (
    close_files,
    finish_replacing,
    index_path,
    make_bundle,
    open_files,
    open_to_change,
    open_whole,
)
from tilekeep.adapters.storage.compact.own_mark import note_own_change, time_of_others
from tilekeep.adapters.storage.compact.reading import read_tile, read_tiles
from tilekeep.adapters.storage.directories import missing_is_nothing, store_error
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import StoredTile, TileCoord

Result = TypeVar("Result")

_ATTEMPTS = 5

_REMEDY = "its tiles have to be made anew; remove it if all of them are damaged"


class Bundles:
    """Opens bundles by the path of their data file, and turns what can go wrong into StoreErrors."""

    def __init__(self, format_: BundleFormat, locks: BundleLocks, modes: FileModes, expected: TileMediaType) -> None:
        self.format = format_
        self.locks = locks
        self._modes = modes
        self._expected = expected

    def read(self, path: str, coords: Sequence[TileCoord]) -> list[StoredTile | None]:
        """The tiles at ``coords``, all of one bundle, without a lock; None for each that is not stored."""
        try:
            return self._read(path, coords)
        except Damaged:
            return self._read_settled(path, coords)

    @contextmanager
    def reading(self, path: str) -> Iterator[Files | None]:
        """The open bundle, without a lock; None if it is not there."""
        with _translated("read tiles", path):
            try:
                files = self._opened_whole(path)
            except (FileNotFoundError, NotADirectoryError):
                yield None
                return
            try:
                yield files
            finally:
                close_files(files)

    @contextmanager
    def changing(
        self, path: str, deadline: Deadline, make: tuple[TileCoord, float] | None = None
    ) -> Iterator[Files | None]:
        """The open bundle while its lock is held; one that is not there is made for a tile and a time, else None."""
        if make is None and not _is_there(path):
            yield None
            return
        with self.locks.hold(path, deadline):
            files = None
            try:
                opened = self._open_to_change(path, make)
                if opened is None:
                    yield None
                    return
                files, status = opened
                self.format.check(files, status.st_size)
                others = time_of_others(files.data, status)
                try:
                    yield files
                finally:
                    # A change that has failed has changed the time of the file, too.
                    note_own_change(files.data, others)
            except Damaged as error:
                raise _damaged(path, error) from error
            except OSError as error:
                raise store_error("change", path, error) from error
            finally:
                if files is not None:
                    close_files(files)

    def remove(self, path: str, deadline: Deadline) -> None:
        """Removes a bundle, or what there is of it."""
        with self.locks.hold(path, deadline):
            self.remove_locked(path)

    def remove_locked(self, path: str) -> None:
        """Removes a bundle whose lock is held, and the file of the lock."""
        for part in (index_path(self.format, path), path):
            with missing_is_nothing("remove tiles", part):
                os.unlink(part)
        self.locks.remove_file(path)

    def remove_old(self, path: str, older_than: float, deadline: Deadline, *, spare_unknown: bool) -> None:
        """Removes the tiles stored before ``older_than``, and the bundle if no other is left."""
        with self.changing(path, deadline) as files:
            if files is not None and remove_old(self.format, files, older_than, spare_unknown=spare_unknown):
                self.remove_locked(path)

    def read_one(self, path: str, coord: TileCoord) -> StoredTile | None:
        """As :meth:`read`, for one tile: without what many take, which would be a tenth of the time of one."""
        try:
            files = open_files(self.format, path)
            try:
                return read_tile(self.format, files, coord, self._expected)
            finally:
                close_files(files)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise store_error("read tiles", path, error) from error
        except Damaged:
            return self._read_settled(path, (coord,))[0]

    def _read(self, path: str, coords: Sequence[TileCoord]) -> list[StoredTile | None]:
        try:
            files = open_files(self.format, path)
        except (FileNotFoundError, NotADirectoryError):
            return [None] * len(coords)
        except OSError as error:
            raise store_error("read tiles", path, error) from error
        try:
            return read_tiles(self.format, files, coords, self._expected)
        except OSError as error:
            raise store_error("read tiles", path, error) from error
        finally:
            close_files(files)

    def _read_settled(self, path: str, coords: Sequence[TileCoord]) -> list[StoredTile | None]:
        """Once more, now that nobody replaces the bundle, which may have been the cause of the damage."""
        self._settle(path)
        with _translated("read tiles", path):
            return self._read(path, coords)

    def _opened_whole(self, path: str) -> Files:
        for _ in range(_ATTEMPTS):
            files = open_whole(self.format, path)
            if files is not None:
                return files
            self._settle(path)
        raise Damaged("it is replaced again and again")

    def _settle(self, path: str) -> None:
        """Waits for whoever replaces the bundle, or finishes it, if that one has died."""
        if self.format.index_ending != self.format.data_ending:
            with self.locks.hold(path, NO_DEADLINE), missing_is_nothing("read tiles", path):
                finish_replacing(self.format, path)

    def _open_to_change(self, path: str, make: tuple[TileCoord, float] | None) -> tuple[Files, os.stat_result] | None:
        try:
            return open_to_change(self.format, path)
        except FileNotFoundError:
            finish_replacing(self.format, path)
        try:
            return open_to_change(self.format, path)
        except FileNotFoundError:
            if make is None:
                return None
        make_bundle(self.format, path, *make, self._modes)
        return open_to_change(self.format, path)


@contextmanager
def _translated(doing: str, path: str) -> Iterator[None]:
    try:
        yield
    except Damaged as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise store_error(doing, path, error) from error


def _damaged(path: str, error: Damaged) -> StoreError:
    return StoreError(f"{path!r} is damaged: {error}; {_REMEDY}")


def _is_there(path: str) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise store_error("change", path, error) from error
    return True

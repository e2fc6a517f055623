"""Opening the files of a bundle, and making new ones."""

from __future__ import annotations

import contextlib
import os

from tilekeep.adapters.atomic_files import TEMPORARY_MARK, FileModes, new_file, put_in_place
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat, Files
from tilekeep.domain.bundle_layout import bundle_of
from tilekeep.domain.tile import TileCoord

#: A pipe in the place of a bundle is an error instead of waited for.
READ = os.O_RDONLY | os.O_NONBLOCK
CHANGE = os.O_RDWR | os.O_NONBLOCK


def index_path(format_: BundleFormat, path: str) -> str:
    """The index file of the bundle whose data file is ``path``."""
    return path.removesuffix(format_.data_ending) + format_.index_ending


def open_files(format_: BundleFormat, path: str, flags: int = READ) -> Files:
    """Opens a bundle; to be given to :func:`close_files`.

    Keeping bundles open between reads was measured: knowing that they have not been replaced takes as long as
    opening them.

    :raises FileNotFoundError: it is not there, or only a part of it.
    :raises OSError: anything else that stands in the way.
    """
    if format_.index_ending == format_.data_ending:
        data = os.open(path, flags)
        return Files(data, data)
    # The index first: it is the last to come and the first to go.
    index = os.open(index_path(format_, path), flags)
    try:
        return Files(os.open(path, flags), index)
    except BaseException:
        os.close(index)
        raise


def open_to_change(format_: BundleFormat, path: str) -> tuple[Files, os.stat_result]:
    """As :func:`open_files`, for a bundle whose lock is held, whose replacing is finished; its data file's status too.

    :raises FileNotFoundError: it is not there, or only a part of it.
    :raises OSError: anything else that stands in the way.
    """
    files = open_files(format_, path, CHANGE)
    try:
        status = os.fstat(files.data)
        if format_.index_ending == format_.data_ending or not os.access(pending_index(format_, path, status), os.F_OK):
            return files, status
    except BaseException:
        close_files(files)
        raise
    # The index that is open is that of the file before.
    close_files(files)
    finish_replacing(format_, path)
    files = open_files(format_, path, CHANGE)
    return files, status


def open_whole(format_: BundleFormat, path: str) -> Files | None:
    """As :func:`open_files`, for those who would not notice that the index is that of another data file; then None.

    That is so while a bundle is being replaced, and for good if whoever did that was killed.
    """
    files = open_files(format_, path)
    if files.entries == files.data:
        return files
    try:
        # In this order: an index that no longer waits has taken the place of the one that is open.
        is_waiting = os.access(pending_index(format_, path, os.fstat(files.data)), os.F_OK)
        if not is_waiting and os.fstat(files.entries).st_nlink:
            return files
    except BaseException:
        close_files(files)
        raise
    close_files(files)
    return None


def close_files(files: Files) -> None:
    """Closes what :func:`open_files` has opened."""
    data, entries = files
    os.close(data)
    if entries != data:
        os.close(entries)


def make_bundle(format_: BundleFormat, path: str, coord: TileCoord, at: float, modes: FileModes) -> None:
    """Makes what is missing of a bundle, whose lock is held; ``coord`` is any tile of it.

    :raises Damaged: what is there is no part of such a bundle.

    :raises OSError: the disk or a permission.
    """
    if os.path.exists(path):
        descriptor = os.open(path, READ)
        try:
            format_.check_data(descriptor, os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)
        _put(index_path(format_, path), format_.empty_index(), at, modes)
        return
    if format_.index_ending != format_.data_ending:
        # An index without its bundle leads nowhere.
        _put(index_path(format_, path), format_.empty_index(), at, modes)
    _put(path, format_.empty_data(bundle_of(coord)), at, modes)


def pending_index(format_: BundleFormat, path: str, data: os.stat_result) -> str:
    """The name of an index that belongs to no other data file than ``data``, until it has taken its place."""
    return f"{index_path(format_, path)}{TEMPORARY_MARK}defrag{data.st_ino}"


def finish_replacing(format_: BundleFormat, path: str) -> None:
    """Puts the index of a replaced data file in place, if whoever replaced it died in between; the lock is held."""
    if format_.index_ending != format_.data_ending:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.rename(pending_index(format_, path, os.stat(path)), index_path(format_, path))


def _put(path: str, content: bytes, at: float, modes: FileModes) -> None:
    put_in_place(path, new_file(content, at, modes), modes)

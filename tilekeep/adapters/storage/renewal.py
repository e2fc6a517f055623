"""Giving a stored tile another time, and only that tile."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.storage.identical_tiles import FileIdentity
from tilekeep.adapters.storage.stored_info import stored_info
from tilekeep.adapters.storage.tile_record import read_record, record_writer, write_record
from tilekeep.domain.tile import TileInfo, Validators


def renew_file(
    path: str,
    at: float,
    validators: Validators | None,
    modes: FileModes,
    together: Collection[FileIdentity] = frozenset(),
) -> TileInfo | None:
    """Gives the tile at ``path`` the time ``at`` and, unless None, other validators; None if it is not stored.

    A symbolic link is renewed itself, not the colour it leads to.  A hard link shares its time with other tiles, so
    the tile gets a file of its own; so does a file of another user.  A tile that is replaced at the same moment
    keeps its new time, save in these two cases; callers that cannot have that hold the tile's lock.  Files in
    ``together`` are renewed with all their names.

    :raises OSError: the disk or a permission.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        os.utime(path, (at, at), follow_symlinks=False)
        return stored_info(path, with_record=False)
    try:
        return _renew_open_file(path, descriptor, at, validators, modes, together)
    finally:
        os.close(descriptor)


def _renew_open_file(
    path: str,
    descriptor: int,
    at: float,
    validators: Validators | None,
    modes: FileModes,
    together: Collection[FileIdentity],
) -> TileInfo | None:
    file = os.fstat(descriptor)
    if not file.st_size:
        return None
    record = read_record(descriptor)
    if validators is not None:
        record = record._replace(validators=validators)
    is_shared = file.st_nlink > 1 and FileIdentity(file.st_dev, file.st_ino) not in together
    if is_shared or not _renewed_in_place(descriptor, at, record.encoded() if validators else None):
        body = os.read(descriptor, file.st_size)
        file = put_in_place(path, new_file(body, at, modes, record_writer(record.encoded())), modes)
    else:
        file = os.fstat(descriptor)
    stored = read_record(path)
    return TileInfo(file.st_mtime, file.st_size, stored.validators, stored.checksum)


def _renewed_in_place(descriptor: int, at: float, record: bytes | None) -> bool:
    try:
        os.utime(descriptor, (at, at))
    except PermissionError:
        return False
    if record is not None:
        write_record(descriptor, record)
    return True

"""What the directory entry of a stored tile says, without its bytes."""

from __future__ import annotations

import os
import stat

from tilekeep.adapters.storage.tile_record import read_record
from tilekeep.domain.tile import TileInfo


def stored_info(path: str, *, with_record: bool) -> TileInfo | None:
    """Time, size and, if asked for, record of the tile at ``path``; None if there is none or it is empty.

    A symbolic link has its own time and the size of the file it leads to.

    :raises OSError: neither there nor missing.
    """
    try:
        entry = os.lstat(path)
        linked = stat.S_ISLNK(entry.st_mode)
        file = os.stat(path) if linked else entry
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not file.st_size or not stat.S_ISREG(file.st_mode):
        return None
    if linked or not with_record:
        return TileInfo(entry.st_mtime, file.st_size)
    record = read_record(path)
    return TileInfo(entry.st_mtime, file.st_size, record.validators, record.checksum)

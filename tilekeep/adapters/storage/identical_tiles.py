"""Identical tiles of a batch as links to one file: ``share_identical_images`` of file caches.

A hard link has the time and the record of its file, so only tiles share one that are stored at the same instant with
the same record; they stay together as long as they are renewed together.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.storage.hard_links import NO_LINKS_HERE, put_link
from tilekeep.adapters.storage.tile_record import record_writer

#: What says that a tile wants a file of its own after all, besides that there are no links.
_NOT_THIS_ONE = frozenset({errno.EMLINK, errno.ENOENT, errno.ESTALE})


class FileIdentity(NamedTuple):
    """Which file it is, whatever its names."""

    device: int
    number: int


class IdenticalTiles:
    """Writes the tiles of one batch."""

    def __init__(self, at: float, modes: FileModes) -> None:
        self._at = at
        self._modes = modes
        self._written: dict[tuple[bytes, bytes | None], tuple[str, os.stat_result]] = {}

    def write(self, path: str, body: bytes, record: bytes | None) -> os.stat_result:
        """Stores a tile, as another name of one that is the same if there is one.

        :raises OSError: the disk or a permission.
        """
        known = self._written.get((body, record))
        linked = None if known is None else self._linked(path, *known)
        if linked is not None:
            return linked
        status = put_in_place(path, new_file(body, self._at, self._modes, record_writer(record)), self._modes)
        self._written[body, record] = path, status
        return status

    def _linked(self, path: str, file: str, written: os.stat_result) -> os.stat_result | None:
        """None where that cannot be done, or somebody has changed the other tile meanwhile."""

        def check(found: os.stat_result) -> None:
            if _facts(found) != _facts(written):
                raise OSError(errno.ESTALE, "another program has changed it")

        try:
            return put_link(path, file, self._modes, check)
        except OSError as error:
            if error.errno in NO_LINKS_HERE or error.errno in _NOT_THIS_ONE:
                return None
            raise


def renewed_together(paths: Iterable[str]) -> frozenset[FileIdentity]:
    """The files with several names of which all are among ``paths``: they can be given another time as they are.

    :raises OSError: they cannot be looked at.
    """
    names: Counter[FileIdentity] = Counter()
    links: dict[FileIdentity, int] = {}
    for path in set(paths):
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        identity = FileIdentity(status.st_dev, status.st_ino)
        names[identity] += 1
        links[identity] = status.st_nlink
    return frozenset(identity for identity, count in names.items() if 1 < links[identity] == count)


def _facts(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size

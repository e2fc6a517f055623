"""How much room a disk has left, as the system says it."""

from __future__ import annotations

import os
import sys

from tilekeep.ports.free_room import Room


class DiskRoom:
    """Implements :class:`tilekeep.ports.free_room.FreeRoom` for the disk on which ``path`` lies, or is going to lie."""

    def __init__(self, path: str) -> None:
        self._path = path

    def free(self) -> Room | None:
        """See :class:`~tilekeep.ports.free_room.FreeRoom`.  File systems without a table of files have room for all."""
        path = self._path
        while True:
            try:
                found = os.statvfs(path)
            except (FileNotFoundError, NotADirectoryError):
                parent = os.path.dirname(path)
                if parent == path:
                    return None
                path = parent
            except OSError:
                return None
            else:
                inodes = found.f_favail if found.f_files else sys.maxsize
                return Room(found.f_bavail * found.f_frsize, inodes)

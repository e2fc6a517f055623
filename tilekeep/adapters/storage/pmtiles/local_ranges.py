"""An archive in a file."""

from __future__ import annotations

import os
import stat

from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.pmtiles.ranges import Part
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError

_Version = tuple[int, int, int, int]


class LocalRanges:
    """Reads a file that stays open until another one has its name."""

    def __init__(self, path: str) -> None:
        """Touches nothing."""
        self.place = path
        self._open: _OpenFile | None = None

    def read(self, offset: int, length: int, deadline: Deadline) -> Part | None:
        """See :class:`~tilekeep.adapters.storage.pmtiles.ranges.ByteRanges`."""
        try:
            file = self._current()
            return None if file is None else Part(file.read(offset, length), file.version, file.stored_at)
        except OSError as error:
            raise store_error("read", self.place, error) from error

    def version(self) -> object:
        """See :class:`~tilekeep.adapters.storage.pmtiles.ranges.ByteRanges`."""
        try:
            return _version(os.stat(self.place))
        except OSError:
            return None

    def _current(self) -> _OpenFile | None:
        """The open file, if it still is the one of this name, else that one."""
        try:
            version = _version(os.stat(self.place))
            file = self._open
            if file is None or file.version != version:
                descriptor = os.open(self.place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
                file = self._open = _OpenFile(self.place, descriptor)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return file


class _OpenFile:
    """A file descriptor that is closed when the last thread has let go of it."""

    def __init__(self, path: str, descriptor: int) -> None:
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{path!r} is no file; name another")
        self.version = _version(status)
        self.stored_at = status.st_mtime

    def read(self, offset: int, length: int) -> bytes:
        parts = []
        while length and (part := os.pread(self._descriptor, length, offset)):
            parts.append(part)
            offset, length = offset + len(part), length - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def __del__(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def _version(status: os.stat_result) -> _Version:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size

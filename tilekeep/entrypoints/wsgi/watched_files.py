"""The files an application is built from, and whether one of them has changed since it was read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tilekeep.config.loading.settings_file import read_file


class FileVersion(NamedTuple):
    """What tells one version of a file from the next: writing changes the time, replacing the inode."""

    modified_ns: int
    size: int
    inode: int


class WatchedFiles:
    """Remembers the version of each file from before it was read, so that no change falls between two looks.

    Args:
        read: the bytes of a file; raises OSError.
    """

    def __init__(self, read: Callable[[str], bytes] = read_file) -> None:
        self._read = read
        self._versions: dict[str, FileVersion | None] = {}

    @property
    def paths(self) -> Iterable[str]:
        """Absolute paths of all of them."""
        return self._versions.keys()

    def read(self, path: str) -> bytes:
        """The bytes of a file that is watched from now on; raises OSError."""
        self.watch((path,))
        return self._read(path)

    def watch(self, paths: Iterable[str]) -> None:
        """Watches files that will be read after this call; they need not exist."""
        for path in map(os.path.abspath, paths):
            if path not in self._versions:
                self._versions[path] = _version(path)

    def watch_as(self, other: WatchedFiles) -> None:
        """Watches what ``other`` does, in the versions that it knows, beside what is watched already."""
        self._versions = {**other._versions, **self._versions}

    def have_changed(self) -> bool:
        """Whether one of them is not what it was; costs one system call for each file."""
        return any(_version(path) != version for path, version in self._versions.items())


def _version(path: str) -> FileVersion | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return FileVersion(status.st_mtime_ns, status.st_size, status.st_ino)

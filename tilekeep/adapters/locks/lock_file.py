"""One lock file: opening it, locking it without waiting, and knowing whether it still is the one of that name.

The files are MapProxy's (spec/caches.md, 5): an exclusive ``flock``, the content `` <pid>`` and a newline.  The
``filelock`` package does not fit: it keeps the file after release, writes no content, refuses lock files of other
users, and makes every thread poll.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import NamedTuple

from tilekeep.adapters.directories import make_directories

_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK

#: Somebody who removes a directory is quicker once or twice; what never works is a place where none can be made.
_ATTEMPTS = 100


class LockedFile(NamedTuple):
    """A lock file that this process has locked."""

    path: str
    descriptor: int

    def remove_and_unlock(self) -> None:
        """Removes the file, then gives the lock back."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self.unlock()

    def unlock(self) -> None:
        """Gives the lock back, also if a forked child still has the descriptor open."""
        with contextlib.suppress(OSError):
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        self.close()

    def close(self) -> None:
        """Closes the descriptor; in a forked child the lock stays with the parent."""
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def try_lock_file(path: str, directory_permissions: int | None, file_permissions: int | None) -> LockedFile | None:
    """Locks ``path`` if it is free, creating file and directories as needed; None if someone else holds it.

    :raises OSError: the file cannot be opened or locked at all.
    """
    while True:
        descriptor = open_lock_file(path, directory_permissions, file_permissions)
        try:
            if not _flock(descriptor):
                os.close(descriptor)
                return None
            status = os.fstat(descriptor)
            if _is_named(status, path):
                _sign(descriptor, status.st_size)
                return LockedFile(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        # Its holder removed it between open and flock: the name belongs to another file now, or to none.
        os.close(descriptor)


def remove_if_free(path: str) -> None:
    """Removes a lock file that nobody holds; one that is gone, or not ours to remove, is left to others."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            if _flock(descriptor) and _is_named(os.fstat(descriptor), path):
                os.unlink(path)
        finally:
            os.close(descriptor)


def is_locked(path: str) -> bool:
    """Whether anybody has locked ``path``; makes no file, and shares the lock of one that is free for a moment.

    :raises OSError: the file cannot be opened at all.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        return False
    try:
        return not _flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _flock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock_file(path: str, directory_permissions: int | None, file_permissions: int | None) -> int:
    """A descriptor of ``path``, which is made with its directories as needed; that of another user's file only reads.

    :raises OSError: the file cannot be opened at all.
    """
    for _ in range(_ATTEMPTS):
        try:
            return os.open(path, os.O_RDWR | _FLAGS)
        except FileNotFoundError:
            # Others may create the file, or remove its directory, at the same moment.
            with contextlib.suppress(FileExistsError, FileNotFoundError):
                return _create(path, directory_permissions, file_permissions)
        except PermissionError:
            # A lock file of another user: it can be locked without being written.
            with contextlib.suppress(FileNotFoundError):
                return os.open(path, os.O_RDONLY | _FLAGS)
    return _create(path, directory_permissions, file_permissions)


def _create(path: str, directory_permissions: int | None, file_permissions: int | None) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileNotFoundError:
        make_directories(os.path.dirname(path), directory_permissions)
        descriptor = os.open(path, flags, 0o666)
    try:
        if file_permissions is not None:
            os.fchmod(descriptor, file_permissions)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_named(status: os.stat_result, path: str) -> bool:
    """Whether the open file of this status is the one at ``path``."""
    try:
        named = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(named, status)


def _sign(descriptor: int, size: int) -> None:
    """Writes the process id, for people who look; a full disk or a file of another user does not matter."""
    with contextlib.suppress(OSError):
        written = os.pwrite(descriptor, f" {os.getpid()}\n".encode(), 0)
        if written < size:
            os.ftruncate(descriptor, written)

"""Putting a complete file where readers see either the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from tilekeep.adapters.directories import make_directories

Made = TypeVar("Made")

#: Before the number in the names of unfinished files (spec/caches.md, 3.1.3).
TEMPORARY_MARK = ".tmp-"

#: Directories may be removed, and unfinished files swept away, again and again while a tile is written.
_ATTEMPTS = 50
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class FileModes(NamedTuple):
    """Permissions of new directories and files; None leaves them to the umask."""

    directory: int | None = None
    file: int | None = None


def put_in_place(path: str, make: Callable[[str], Made], modes: FileModes) -> Made:
    """Has ``make`` create a temporary sibling of ``path``, then renames that to ``path``; gives the result of ``make``.

    Missing directories are made.  A link at ``path`` is replaced, not followed.  Whatever fails, the temporary file
    is removed.

    :raises OSError: the disk, a permission, or something else than a directory on the way.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        temporary = f"{path}{TEMPORARY_MARK}{secrets.randbelow(100_000_000)}"
        try:
            made = make(temporary)
            os.rename(temporary, path)
        except FileNotFoundError:
            discard(temporary)
            if attempt == _ATTEMPTS:
                raise
            _make_directories_of(path, modes)
        except FileExistsError:
            # Another writer's temporary file has this number; it is not ours to remove.
            if attempt == _ATTEMPTS:
                raise
        except BaseException:
            discard(temporary)
            raise
        else:
            return made
    raise AssertionError("the last attempt returns or raises")


def new_file(
    body: bytes, at: float, modes: FileModes, finish: Callable[[int], None] | None = None
) -> Callable[[str], os.stat_result]:
    """What :func:`put_in_place` needs for a file with ``body`` and the time ``at``.

    ``finish`` does to the open file what else is to be done before anybody sees it.

    Nothing is flushed to the disk.  After a loss of power a tile may be empty, which counts as missing, or gone, and
    is made again; waiting for the disk on every tile would cost more than all of them are worth.
    """

    def make(temporary: str) -> os.stat_result:
        descriptor = os.open(temporary, _NEW_FILE, 0o664)
        try:
            _write_all(descriptor, body)
            if modes.file is not None:
                os.fchmod(descriptor, modes.file)
            if finish is not None:
                finish(descriptor)
            os.utime(descriptor, (at, at))
            return os.fstat(descriptor)
        finally:
            # Network file systems report a full disk only here, so closing belongs before the rename.
            os.close(descriptor)

    return make


def discard(temporary: str) -> None:
    """Removes an unfinished file, if it is there."""
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _make_directories_of(path: str, modes: FileModes) -> None:
    with contextlib.suppress(FileNotFoundError):
        make_directories(os.path.dirname(path), modes.directory)


def _write_all(descriptor: int, body: bytes) -> None:
    written = os.write(descriptor, body)
    while written < len(body):
        written += os.write(descriptor, memoryview(body)[written:])

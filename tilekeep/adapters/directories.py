"""Making directories that others may be making, or removing, at the same moment."""

from __future__ import annotations

import contextlib
import errno
import os


def make_directories(directory: str, permissions: int | None) -> None:
    """Makes ``directory`` and its missing parents, one level at a time; only new ones get ``permissions``.

    :raises FileNotFoundError: a parent was removed meanwhile; trying again is worth it.
    :raises OSError: anything else that stands in the way.
    """
    try:
        os.mkdir(directory)
    except FileExistsError:
        _require_directory(directory)
        return
    except FileNotFoundError:
        parent = os.path.dirname(directory)
        if parent in ("", directory):
            raise
        make_directories(parent, permissions)
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory)
    if permissions is not None:
        os.chmod(directory, permissions)


def _require_directory(directory: str) -> None:
    """Tells a file or a dangling link in the way (an error for good) from a directory that has just gone."""
    if not os.path.isdir(directory) and os.path.lexists(directory):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), directory)

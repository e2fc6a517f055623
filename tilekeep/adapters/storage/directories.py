"""Making the directories of a cache, and clearing away those that have become empty."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.domain.errors import StoreError


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


def remove_if_empty(directory: str) -> None:
    """Removes ``directory`` unless something is in it or it is a link; that it is gone already is no error."""
    with contextlib.suppress(OSError):
        os.rmdir(directory)


def store_error(doing: str, path: str, error: OSError) -> StoreError:
    """The store's error for ``error``, naming what was done, where, and why it failed."""
    return StoreError(f"cannot {doing} {path!r}: {error.strerror or error}")


@contextmanager
def missing_is_nothing(doing: str, path: str) -> Iterator[None]:
    """Ends the block quietly when a path is not there, and translates every other error of the system."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise store_error(doing, path, error) from error

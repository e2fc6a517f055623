"""Clearing away directories that have become empty, and what the system says about files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.domain.errors import StoreError


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

"""The locks of bundles: a file ``<bundle>.lck`` beside each, as MapProxy has it (spec/caches.md, 3.5).

MapProxy removes it when it is done.  Tilekeep lets it lie, since MapProxy would take a file for its lock that it has
opened just before the removal, and write at the same time as the next who makes a new one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout, LockUnavailable, StoreError
from tilekeep.ports.tile_lock import TileLock

#: The ending of lock files.
ENDING = "lck"
#: Directories whose locks are remembered.  Locks made anew exclude those made before all the same, by their files.
_MOST_DIRECTORIES = 64
#: Bundles whose lock files are remembered: seeding stores into few at a time, again and again.
_MOST_NAMES = 256


class BundleLocks:
    """Locks a bundle by the path of one of its files; ``make`` makes the locks of a directory."""

    def __init__(self, make: Callable[[str], TileLock]) -> None:
        self._make = make
        self._made: dict[str, TileLock] = {}

    @contextmanager
    def hold(self, path: str, deadline: Deadline) -> Iterator[None]:
        """Holds the lock inside the context; makes the directory of the bundle.

        :raises StoreError: on entering, when there is no way to take it, or it was not free in time.
        """
        directory, name = _lock_file(path)
        entered = False
        try:
            with self._of(directory).hold(name, deadline):
                entered = True
                yield
        except (LockTimeout, LockUnavailable) as error:
            if entered:
                raise
            raise StoreError(f"cannot change {path!r}: {error}") from error

    def remove_file(self, path: str) -> None:
        """Removes a lock file, whose lock is held."""
        with contextlib.suppress(OSError):
            os.unlink("/".join(_lock_file(path)))

    def try_hold(self, path: str) -> AbstractContextManager[bool]:
        """Holds the lock inside the context if nobody else does, and tells whether that is so."""
        directory, name = _lock_file(path)
        return self._of(directory).try_hold(name)

    def remove_if_free(self, path: str) -> None:
        """Removes a lock file if nobody holds its lock."""
        with self.try_hold(path) as held:
            if held:
                self.remove_file(path)

    def _of(self, directory: str) -> TileLock:
        lock = self._made.get(directory)
        if lock is None:
            if len(self._made) >= _MOST_DIRECTORIES:
                self._made = {}
            lock = self._made.setdefault(directory, self._make(directory))
        return lock


@lru_cache(_MOST_NAMES)
def _lock_file(path: str) -> tuple[str, str]:
    """Directory and name of the lock file."""
    directory, name = os.path.split(path)
    return directory, f"{name.partition('.')[0]}.{ENDING}"

"""Tile locks as files, named, placed and held as MapProxy does, so that both exclude each other (spec/caches.md, 5)."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.adapters.locks.lock_file import LockedFile, is_locked, remove_if_free, try_lock_file
from tilekeep.adapters.locks.turns import Turns
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout, LockUnavailable
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_lock import StillHeld

_log = logging.getLogger("tilekeep.util.lock")

_POLL_SECONDS = 0.005
_CALLS_BETWEEN_SWEEPS = 50
_SWEEP_GRACE_SECONDS = 10.0
_SUFFIX = ".lck"
_REMEDY = "check owner and permissions of its directory"


class FileTileLock:
    """Locks between all threads and processes that use one directory.

    Implements :class:`tilekeep.ports.tile_lock.TileLock`.

    Names are plain file names (:mod:`tilekeep.domain.lock_names`).  Threads of one process queue in memory; only the
    first of them looks at the file, every five milliseconds.  The system gives back the lock of a process that dies.
    """

    def __init__(
        self,
        directory: str,
        clock: Clock,
        *,
        timeout_seconds: float,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
        keeps_files: bool = False,
    ) -> None:
        """Binds the locks to a directory; touches nothing.

        Args:
            directory: the tile lock directory; made on first use.
            clock: measures the wait and the age of left-over files.
            timeout_seconds: longest wait, whatever the deadline; left-over files ten seconds older are removed.
            directory_permissions: mode of new directories; None leaves it to the umask.
            file_permissions: mode of new lock files; None leaves it to the umask.
            keeps_files: whether lock files stay until they are swept away.  For what must never be done twice at a
                time: MapProxy takes a file for locked that was removed while it was opening it.
        """
        self._directory = directory
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._directory_permissions = directory_permissions
        self._file_permissions = file_permissions
        self._release = LockedFile.unlock if keeps_files else LockedFile.remove_and_unlock
        self._state = _State()

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[StillHeld]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`; the system takes no lock away from a living process.

        :raises LockUnavailable: the lock file cannot be used at all; the message says why.
        """
        path = self._path(name)
        self._sweep_now_and_then()
        limit = deadline.sooner(self._clock.monotonic() + self._timeout_seconds)
        state = self._state
        if not state.turns.take(name, 1, limit.remaining(self._clock.monotonic())):
            raise LockTimeout(f"lock {path!r} was still held by another thread when the time was up")
        try:
            locked = self._locked(path, limit)
            state.held.add(locked)
            try:
                yield lambda: True
            finally:
                self._give_back(locked, state)
        finally:
            if self._state is state:
                state.turns.give_back(name, 1)

    @contextmanager
    def try_hold(self, name: str) -> Iterator[bool]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`; an unusable lock file is logged and counts as not free."""
        path = self._path(name)
        self._sweep_now_and_then()
        with self._turn(name, 0.0) as taken:
            locked = self._try(path) if taken else None
            if locked is None:
                yield False
                return
            state = self._state
            state.held.add(locked)
            try:
                yield True
            finally:
                self._give_back(locked, state)

    def is_held(self, name: str) -> bool:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`; an unusable lock file is logged and counts as free."""
        path = self._path(name)
        try:
            return is_locked(path)
        except OSError as error:
            self._warn(path, error)
            return False

    def reset_after_fork(self) -> None:
        """To be called in a forked child: locks of the parent stay the parent's, and none is held here."""
        inherited, self._state = self._state, _State()
        for locked in inherited.held:
            locked.close()

    def _path(self, name: str) -> str:
        if not name or "/" in name or "\0" in name or name in (".", ".."):
            raise ValueError(f"{name!r} is not the name of a lock file")
        return f"{self._directory}/{name}"

    @contextmanager
    def _turn(self, name: str, wait_seconds: float) -> Iterator[bool]:
        """The place of the one thread of this process that may look at the lock file."""
        state = self._state
        taken = state.turns.take(name, 1, wait_seconds)
        try:
            yield taken
        finally:
            if taken and self._state is state:
                state.turns.give_back(name, 1)

    def _give_back(self, locked: LockedFile, state: _State) -> None:
        """Releases ``locked``, unless this is a child forked since ``state``: there it is not ours."""
        if self._state is state:
            state.held.discard(locked)
            self._release(locked)

    def _locked(self, path: str, limit: Deadline) -> LockedFile:
        while True:
            try:
                locked = try_lock_file(path, self._directory_permissions, self._file_permissions)
            except OSError as error:
                raise LockUnavailable(f"lock file {path!r} cannot be used: {error.strerror}; {_REMEDY}") from error
            if locked is not None:
                return locked
            if limit.has_passed(self._clock.monotonic()):
                raise LockTimeout(f"lock {path!r} was still held by another process when the time was up")
            time.sleep(_POLL_SECONDS)

    def _try(self, path: str) -> LockedFile | None:
        try:
            return try_lock_file(path, self._directory_permissions, self._file_permissions)
        except OSError as error:
            self._warn(path, error)
            return None

    def _warn(self, path: str, error: OSError) -> None:
        _log.warning("lock file %r cannot be used: %s; %s", path, error.strerror, _REMEDY)

    def _sweep_now_and_then(self) -> None:
        if next(self._state.calls) % _CALLS_BETWEEN_SWEEPS:
            return
        before = self._clock.now() - self._timeout_seconds - _SWEEP_GRACE_SECONDS
        with contextlib.suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and entry.stat(follow_symlinks=False).st_mtime < before:
                    remove_if_free(entry.path)


class _State:
    """What belongs to one process and does not survive a fork."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.held: set[LockedFile] = set()
        self.calls = itertools.count()

"""One run of seeding at a time for each file of progress."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tilekeep.adapters.locks.lock_file import LockedFile, try_lock_file
from tilekeep.domain.errors import JobStoreError, TooManyRuns

_LONGEST_NOTE = 300


class RunLock:
    """Locks a file beside the notes, which says who has it and goes away with the run.

    The notes themselves are not locked: who closes a descriptor of a database gives SQLite's own locks back.  Workers
    of a run do not hold its lock, so that another one may go on as soon as the run itself has died.
    """

    def __init__(self, keep: Callable[[Any], None]) -> None:
        """``keep`` has :meth:`reset_after_fork` called in children."""
        self._held: set[LockedFile] = set()
        keep(self)

    @contextmanager
    def held(self, progress_file: str) -> Iterator[None]:
        """While it lasts, nobody else works with the file.

        :raises TooManyRuns: somebody does.
        :raises JobStoreError: there can be no lock at that place.
        """
        path = f"{progress_file}.lock"
        try:
            locked = try_lock_file(path, None, None)
        except OSError as error:
            raise JobStoreError(f"the lock {path!r} cannot be used: {error.strerror or error}") from error
        if locked is None:
            raise TooManyRuns(
                f"the file of progress {progress_file!r} belongs to a run under way{_holder(path)}; "
                "wait for it, stop it, or name another --progress-file"
            )
        self._held.add(locked)
        try:
            _sign(locked)
            yield
        finally:
            if locked in self._held:
                self._held.remove(locked)
                locked.remove_and_unlock()

    def reset_after_fork(self) -> None:
        """To be called in a forked child: the locks stay those of its parent."""
        for locked in self._held:
            locked.close()
        self._held.clear()


def _sign(locked: LockedFile) -> None:
    """For people who look, and for the message to others; a full disk does not matter."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    note = f"process {os.getpid()} on {socket.gethostname()}, since {since}\n".encode()
    with contextlib.suppress(OSError):
        os.ftruncate(locked.descriptor, os.pwrite(locked.descriptor, note, 0))


def _holder(path: str) -> str:
    """Who has a lock, as far as that can be told."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            note = file.read(_LONGEST_NOTE).strip()
    except OSError:
        return ""
    return f" ({note})" if note.startswith("process ") else ""

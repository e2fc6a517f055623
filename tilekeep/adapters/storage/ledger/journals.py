"""Journals of changes: each process appends where it is about to change a store, and whoever counts takes them away.

The journal called ``changes`` takes notes.  A writer holds a shared lock (``flock``) on it from before its note until
its change is done; the system gives the lock of a process back that dies.  Whoever counts renames the journal, so that
new writers begin another one, and waits for an exclusive lock on the old one: then all that is noted in it is done, and
what is changed while he counts is noted in the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.directories import make_directories
from tilekeep.adapters.storage.ledger.notes import EVERYTHING, encoded
from tilekeep.domain.ledger import Cell, CellBlock

log = logging.getLogger("tilekeep.cache.ledger")

#: The name of the journal that takes notes.
CURRENT = "changes"

#: A journal with more bytes is put away, so that neither files nor what processes remember of them grow without end.
_LONG_BYTES = 1 << 20

#: Journals that stay open while nobody changes their stores.
_MOST_IDLE = 64

_ATTEMPTS = 50
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW


class Journals:
    """The journals of one process; shared by all ledgers, and safe to use from all threads.

    Within a process an area is noted once in each journal.
    """

    def __init__(self, most_idle: int = _MOST_IDLE, long_bytes: int = _LONG_BYTES) -> None:
        self._most_idle = most_idle
        self._long_bytes = long_bytes
        self._begin()

    def _begin(self) -> None:
        self._guard = threading.Lock()
        self._open: OrderedDict[str, _Journal] = OrderedDict()
        weakref.finalize(self, _close_all, self._open)
        self._lost: set[str] = set()
        self._process = os.getpid()

    def changing(
        self,
        directory: str,
        areas: Iterable[Cell | CellBlock],
        modes: FileModes,
        put_away: Callable[[], None] = lambda: None,
    ) -> AbstractContextManager[None]:
        """See :class:`tilekeep.ports.ledger.ChangeNotes`; ``directory`` is that of the ledger.

        ``put_away`` is called after a change that has made the journal long.
        """
        return _Change(self, directory, areas, modes, put_away)

    def reset_after_fork(self) -> None:
        """To be called in a forked child: what is open belongs to the parent, and so do the locks."""
        inherited = self._open
        lost = self._lost
        self._begin()
        self._lost = lost
        _close_all(inherited)

    def begin(self, directory: str, areas: Iterable[Cell | CellBlock], modes: FileModes) -> _Journal | None:
        """Notes ``areas``; gives what :meth:`end` wants, or None if there is nothing to end."""
        with self._guard:
            return self._noted(directory, areas, modes)

    def end(self, directory: str, journal: _Journal) -> bool:
        """The change is made; in a child that was forked meanwhile there is nothing to give back.

        Whether the journal has become too long.
        """
        with self._guard:
            if journal.process != self._process:
                return False
            self._give_back(directory, journal)
            is_long, journal.is_long = journal.is_long, False
            return is_long

    def _noted(self, directory: str, areas: Iterable[Cell | CellBlock], modes: FileModes) -> _Journal | None:
        try:
            journal = self._current(directory, modes)
            try:
                if directory in self._lost:
                    journal.append(EVERYTHING)
                    self._lost.discard(directory)
                new = set(areas) - journal.noted
                if new:
                    journal.append(encoded(new))
                    journal.noted |= new
                    journal.is_long = journal.size() > self._long_bytes
            except OSError:
                self._give_back(directory, journal)
                raise
        except OSError as error:
            if directory not in self._lost:
                log.warning(
                    "the ledger in %r cannot take notes: %s; what is stored meanwhile is counted later",
                    directory,
                    error.strerror,
                )
            self._lost.add(directory)
            return None
        return journal

    def _current(self, directory: str, modes: FileModes) -> _Journal:
        """The journal of that name, locked for one more user."""
        path = f"{directory}/{CURRENT}"
        journal = self._open.get(directory)
        if journal is not None:
            self._open.move_to_end(directory)
            if journal.lock():
                try:
                    if journal.is_at(path):
                        return journal
                except OSError:
                    journal.unlock()
                    raise
            journal.unlock()
            self._forget(directory, journal)
        for _ in range(_ATTEMPTS):
            journal = _Journal(_opened(path, directory, modes), self._process)
            try:
                takes_notes = journal.lock() and journal.is_at(path)
            except OSError:
                journal.close()
                raise
            if takes_notes:
                self._open[directory] = journal
                self._close_idle()
                return journal
            journal.close()
        raise OSError(0, "its journal is replaced again and again")

    def _give_back(self, directory: str, journal: _Journal) -> None:
        try:
            journal.unlock()
        except OSError:
            # The change is made, and closing the file gives the lock back as well.
            if self._open.get(directory) is journal:
                del self._open[directory]
        if not journal.users and self._open.get(directory) is not journal:
            journal.close()

    def _forget(self, directory: str, journal: _Journal) -> None:
        """Of a journal that takes no more notes; others may still be changing what they have noted there."""
        del self._open[directory]
        if not journal.users:
            journal.close()

    def _close_idle(self) -> None:
        if len(self._open) > self._most_idle:
            for directory, journal in self._open.items():
                if not journal.users:
                    self._forget(directory, journal)
                    return


class _Change:
    """The context of a change."""

    __slots__ = ("_areas", "_directory", "_journal", "_journals", "_modes", "_put_away")

    def __init__(
        self,
        journals: Journals,
        directory: str,
        areas: Iterable[Cell | CellBlock],
        modes: FileModes,
        put_away: Callable[[], None],
    ) -> None:
        self._journals = journals
        self._directory = directory
        self._areas = areas
        self._modes = modes
        self._put_away = put_away

    def __enter__(self) -> None:
        self._journal = self._journals.begin(self._directory, self._areas, self._modes)

    def __exit__(self, *error: object) -> None:
        if self._journal is not None and self._journals.end(self._directory, self._journal):
            self._put_away()


class _Journal:
    """An open journal; ``users`` change what they have noted in it."""

    __slots__ = ("_descriptor", "_identity", "is_long", "noted", "process", "users")

    def __init__(self, descriptor: int, process: int) -> None:
        self._descriptor = descriptor
        self.process = process
        try:
            status = os.fstat(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        self._identity = status.st_dev, status.st_ino
        self.noted: set[Cell | CellBlock] = set()
        self.users = 0
        self.is_long = False

    def lock(self) -> bool:
        """One more user; False, and still one more, if the journal has been taken away to be counted.

        :raises OSError: its file system has no locks; there is not one more.
        """
        if not self.users:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                self.users += 1
                return False
        self.users += 1
        return True

    def unlock(self) -> None:
        """One user less."""
        self.users -= 1
        if not self.users:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def is_at(self, path: str) -> bool:
        """Whether it is the one that takes notes; one that is open keeps its number to itself."""
        try:
            status = os.stat(path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def append(self, text: bytes) -> None:
        if os.write(self._descriptor, text) != len(text):
            raise OSError(0, "the disk is full")

    def size(self) -> int:
        """Bytes, those of all processes together."""
        return os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Closes the file, once."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _close_all(journals: OrderedDict[str, _Journal]) -> None:
    for journal in journals.values():
        journal.close()
    journals.clear()


def _opened(path: str, directory: str, modes: FileModes) -> int:
    try:
        descriptor = os.open(path, _APPEND, 0o664)
    except FileNotFoundError:
        make_directories(directory, modes.directory)
        descriptor = os.open(path, _APPEND, 0o664)
    if modes.file is not None:
        with contextlib.suppress(PermissionError):
            os.fchmod(descriptor, modes.file)
    return descriptor

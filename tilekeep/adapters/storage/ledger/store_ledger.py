"""The ledger of one store: journals of what changes, and the book of what has been counted."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.directories import make_directories
from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.ledger.account_book import AccountBook
from tilekeep.adapters.storage.ledger.journals import Journals
from tilekeep.adapters.storage.ledger.taken import TakenNotes, close_current, discard, merge, noted_areas, taken_notes
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import LockUnavailable, StoreError
from tilekeep.domain.ledger import Account, Cell, CellBlock, Count
from tilekeep.ports.ledger import Changes
from tilekeep.ports.tile_lock import TileLock

log = logging.getLogger("tilekeep.cache.ledger")

_BOOK = "account.sqlite"
_LOCK = "settling.lck"

#: How long those are waited for who are just changing the store.
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.01


class StoreLedger:
    """Implements :class:`tilekeep.ports.ledger.Ledger`, ``Uses`` and ``CountedSquares`` in a directory of its own.

    All hosts that change the store have to share the directory, and its file system has to have ``flock`` between them
    (NFS has); what a host does without it is seen by a scan only.
    """

    def __init__(
        self,
        directory: str,
        journals: Journals,
        locks: TileLock,
        *,
        levels: int,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Binds the ledger to its directory; touches nothing.

        Args:
            directory: of this ledger alone.
            journals: those of this process.
            locks: the locks in ``directory``.
            levels: of the grid; all of them are counted anew when notes have been lost.
            directory_permissions: mode of new directories; None leaves it to the umask.
            file_permissions: mode of new files; None leaves it to the umask.
            patience_seconds: how long those are waited for who are just changing the store.
        """
        self._directory = directory
        self._journals = journals
        self._locks = locks
        self._levels = levels
        self._modes = FileModes(directory_permissions, file_permissions)
        self._patience_seconds = patience_seconds
        self._book = AccountBook(f"{directory}/{_BOOK}", file_permissions)
        self.enter = self._book.enter
        self.note_complete = self._book.note_complete
        self.note_uses = self._book.note_uses
        self.uses = self._book.uses
        self.tiles = self._book.tiles

    def changing(self, areas: Iterable[Cell | CellBlock]) -> AbstractContextManager[None]:
        """See :class:`tilekeep.ports.ledger.ChangeNotes`."""
        return self._journals.changing(self._directory, areas, self._modes, self._put_away)

    @contextmanager
    def settling(self) -> Iterator[Changes]:
        """See :class:`tilekeep.ports.ledger.Ledger`."""
        with self._locked():
            with self._translated("count"):
                close_current(self._directory)
                notes = self._settled_notes()
            lost = [CellBlock(z) for z in range(self._levels)] if notes.everything else []
            yield Changes(notes.areas | frozenset(lost), settled=not notes.busy)
            with self._translated("count"):
                discard(notes.done)

    def account(self) -> Account:
        """See :class:`tilekeep.ports.ledger.Ledger`."""
        with self._translated("read"):
            unsettled = noted_areas(self._directory)
        levels, complete = self._book.levels()
        return Account(levels, complete, unsettled)

    def cells(self, z: int) -> Iterator[tuple[Cell, Count]]:
        """See :class:`tilekeep.ports.ledger.Ledger`."""
        return iter(self._book.cells(z))

    def _put_away(self) -> None:
        """Has another journal take notes, unless somebody counts, who does the same."""
        try:
            with self._locks.try_hold(_LOCK) as held:
                if held:
                    merge(self._directory)
        except (LockUnavailable, OSError) as error:
            log.warning("the journals of the ledger in %r cannot be merged: %s", self._directory, error)

    def squares(self, block: CellBlock, side: int) -> Iterator[tuple[Cell, Count]]:
        """See :class:`tilekeep.ports.ledger.CountedSquares`."""
        return iter(self._book.squares(block, side))

    def _settled_notes(self) -> TakenNotes:
        until = time.monotonic() + self._patience_seconds
        notes = taken_notes(self._directory)
        while notes.busy and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
            notes = taken_notes(self._directory)
        return notes

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._translated("make"):
            make_directories(self._directory, self._modes.directory)
        try:
            with self._locks.hold(_LOCK, NO_DEADLINE):
                yield
        except LockUnavailable as error:
            raise StoreError(f"the ledger in {self._directory!r} cannot be locked: {error}") from error

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise store_error(f"{doing} the ledger in", self._directory, error) from error

"""``concurrent_requests`` as slot files, counted over all processes of a host (spec/sources.md, 10)."""

from __future__ import annotations

import hashlib
import random

from tilekeep.adapters.locks.lock_file import LockedFile, try_lock_file
from tilekeep.domain.errors import SourceBusy


class SlotFiles:
    """Hands out slots of upstream servers; names and places are MapProxy's, so that both may keep one limit.

    Each slot is a file that is locked while a request runs, so a process that dies gives its slots back.  Files stay.
    """

    def __init__(
        self, directory: str, *, directory_permissions: int | None = None, file_permissions: int | None = None
    ) -> None:
        """Binds the slots to ``lock_dir``, made on first use; the permissions are for new directories and files."""
        self._directory = directory
        self._directory_permissions = directory_permissions
        self._file_permissions = file_permissions
        self._held: set[LockedFile] = set()

    def try_take(self, name: str, permitted: int) -> LockedFile | None:
        """One of ``permitted`` slots of the server ``name``, or None if all of them are taken.

        :raises SourceBusy: the slot files cannot be used at all.
        """
        stem = hashlib.md5(name.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
        # From a random one on, so that processes do not queue at the same file.
        first = random.randrange(permitted)  # noqa: S311  # spreads load, hides nothing
        for number in range(first, first + permitted):
            path = f"{self._directory}/{stem}.lck{number % permitted}"
            try:
                locked = try_lock_file(path, self._directory_permissions, self._file_permissions)
            except OSError as error:
                raise SourceBusy(
                    f"slot file {path!r} of concurrent_requests cannot be used: {error.strerror}; "
                    "check owner and permissions of globals.cache.lock_dir"
                ) from error
            if locked is not None:
                self._held.add(locked)
                return locked
        return None

    def give_back(self, slot: LockedFile) -> None:
        """Gives a slot back; one that was taken before a fork stays the parent's."""
        if slot in self._held:
            self._held.discard(slot)
            slot.unlock()

    def reset_after_fork(self) -> None:
        """To be called in a forked child: slots of the parent stay the parent's, and none is taken here."""
        inherited, self._held = self._held, set()
        for slot in inherited:
            slot.close()

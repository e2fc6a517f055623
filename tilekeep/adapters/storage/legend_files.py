"""Legends as files in one directory, as MapProxy keeps them (spec/sources.md, 6)."""

from __future__ import annotations

import os

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.domain.errors import StoreError
from tilekeep.ports.clock import Clock

#: Clients choose the scale of a legend, and each has a file of its own: nobody shall fill the disk with them.
MOST_FILES = 50_000


class LegendFiles:
    """A :class:`tilekeep.ports.legend_store.LegendStore`.

    Args:
        directory: where the files lie; made when the first one is written.
        clock: the time of new files.
        directory_permissions: of new directories; None leaves them to the umask, as with ``file_permissions``.
        most_files: so many files may lie there before no new ones are added.
    """

    def __init__(
        self,
        directory: str,
        clock: Clock,
        *,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
        most_files: int = MOST_FILES,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._modes = FileModes(directory_permissions, file_permissions)
        self._most_files = most_files

    def read(self, name: str) -> bytes | None:
        """See :meth:`tilekeep.ports.legend_store.LegendStore.read`."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"legend {self._path(name)} cannot be read: {error}") from error

    def write(self, name: str, body: bytes) -> None:
        """See :meth:`tilekeep.ports.legend_store.LegendStore.write`."""
        path = self._path(name)
        try:
            if os.path.exists(path) or self._has_room():
                put_in_place(path, new_file(body, self._clock.now(), self._modes), self._modes)
        except OSError as error:
            raise StoreError(f"legend {path} cannot be written: {error}") from error

    def _has_room(self) -> bool:
        try:
            with os.scandir(self._directory) as entries:
                return sum(1 for _ in entries) < self._most_files
        except FileNotFoundError:
            return True

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name)

"""Tiles as single files that somebody else sends: they are found, and only their beginning is read."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from typing import Any

from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.file import READ_FLAGS, FileTileStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import FileSlice, StoredTile, TileInfo, TileKey

#: What tells the type of a tile.
_HEAD_BYTES = 16


def file_store(*args: Any, in_place: bool, **options: Any) -> FileTileStore:
    """The store of tiles in files; ``in_place`` gives single tiles where they lie."""
    return (FilesInPlace if in_place else FileTileStore)(*args, **options)


class FilesInPlace(FileTileStore):
    """Gives the places of single tiles; several at a time are for maps, which need their bytes."""

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; links are read as ever."""
        try:
            path = self._path_of(key)
            descriptor = os.open(path, READ_FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                return super().read(key, deadline)
            raise store_error("read tile", path, error) from error
        except ValueError as error:
            raise StoreError(str(error)) from error
        try:
            status = os.fstat(descriptor)
            head = os.read(descriptor, _HEAD_BYTES)
        except OSError as error:
            raise store_error("read tile", path, error) from error
        finally:
            os.close(descriptor)
        if not head:
            return None
        place = FileSlice(path, 0, status.st_size)
        return StoredTile(place, self._type_of(head, path), TileInfo(status.st_mtime, status.st_size))

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = ((key, super(FilesInPlace, self).read(key, deadline)) for key in keys)
        return {key: tile for key, tile in found if tile is not None}

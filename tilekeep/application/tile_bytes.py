"""The bytes of a stored tile, wherever they are."""

from __future__ import annotations

from tilekeep.domain.tile import FileSlice, StoredTile
from tilekeep.ports.tile_store import SliceReader


def tile_bytes(tile: StoredTile, read_slice: SliceReader) -> bytes:
    """The bytes that the store has given, or else those that it says lie inside a file.

    :raises StoreError: that file cannot be read.
    """
    return read_slice(tile.body) if isinstance(tile.body, FileSlice) else tile.body

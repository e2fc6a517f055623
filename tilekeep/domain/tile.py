"""Tiles as they are addressed, stored and delivered."""

from __future__ import annotations

from typing import NamedTuple


class TileCoord(NamedTuple):
    """Index of a tile in its cache grid: level, column, row; the row origin is the grid's."""

    z: int
    x: int
    y: int


#: Dimension values of a tile: (lower-case name, value) pairs, sorted by name.
Dimensions = tuple[tuple[str, str], ...]


class TileKey(NamedTuple):
    """Address of a tile within one tile set: everything that changes its bytes."""

    coord: TileCoord
    dimensions: Dimensions = ()
    variant: str = ""


class TileSet(NamedTuple):
    """What a store is bound to: one cache in one grid and one format.

    ``format`` is the file extension of the cache format: ``png``, ``jpeg``, ``mixed``
    (spec/config-globals-grids.md, 8.1).
    """

    cache: str
    grid: str
    format: str


class Validators(NamedTuple):
    """HTTP validators exactly as the upstream server sent them (RFC 9110, 8.8); either may be missing."""

    etag: str | None = None
    last_modified: str | None = None


class TileInfo(NamedTuple):
    """What is known of a stored tile without its bytes.

    ``stored_at`` is in POSIX seconds (UTC), ``size`` in bytes.  ``validators`` and ``checksum`` are None where
    the store has no room for them or the call does not read them (see :mod:`tilekeep.ports.tile_store`).
    """

    stored_at: float
    size: int
    validators: Validators | None = None
    checksum: str | None = None


class FileSlice(NamedTuple):
    """Tile bytes that lie in a file; ``offset`` and ``length`` in bytes."""

    path: str
    offset: int
    length: int


class StoredTile(NamedTuple):
    """A tile read from a store; the media type is that of the bytes, not of the file name."""

    body: bytes | FileSlice
    media_type: str
    info: TileInfo


class NewTile(NamedTuple):
    """A tile to be written.

    ``single_color`` holds the 8-bit band values (three for RGB, four for RGBA) when every pixel is the same,
    so that stores may keep one copy of such tiles; otherwise None.
    """

    key: TileKey
    body: bytes
    media_type: str
    validators: Validators | None = None
    checksum: str | None = None
    single_color: tuple[int, ...] | None = None

"""The first 127 bytes of an archive: where its parts lie, and what its tiles are (PMTiles 3, clause 3)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tilekeep.domain.image import JPEG, PNG, WEBP

HEADER_BYTES = 127

#: Header and root directory lie within this many bytes, so that one request gets both (PMTiles 3, clause 2).
FIRST_BYTES = 16_384

UNKNOWN, NONE, GZIP = 0, 1, 2
_COMPRESSIONS = {0: "unknown", 1: "none", 2: "gzip", 3: "brotli", 4: "zstd"}

_MEDIA_TYPES = {1: "application/vnd.mapbox-vector-tile", 2: PNG, 3: JPEG, 4: WEBP, 5: "image/avif"}
TILE_TYPES = {media_type: number for number, media_type in _MEDIA_TYPES.items()}

_MAGIC = b"PMTiles"
_VERSION = 3
_LAYOUT = struct.Struct("<7sB11Q6B4iB2i")


class Header(NamedTuple):
    """Offsets and lengths in bytes; ``min_lon_e7`` and the like in ten-millionths of a degree."""

    root_offset: int
    root_length: int
    metadata_offset: int
    metadata_length: int
    leaves_offset: int
    leaves_length: int
    data_offset: int
    data_length: int
    addressed_tiles: int
    tile_entries: int
    tile_contents: int
    clustered: int
    internal_compression: int
    tile_compression: int
    tile_type: int
    min_zoom: int
    max_zoom: int
    min_lon_e7: int
    min_lat_e7: int
    max_lon_e7: int
    max_lat_e7: int
    center_zoom: int
    center_lon_e7: int
    center_lat_e7: int

    @property
    def media_type(self) -> str | None:
        """That of the tiles; None if the archive does not say, or has a type that nobody knows."""
        return _MEDIA_TYPES.get(self.tile_type)

    def encoded(self) -> bytes:
        """The bytes of the header."""
        return _LAYOUT.pack(_MAGIC, _VERSION, *self)


def parsed_header(head: bytes) -> Header:
    """The header at the beginning of ``head``.

    :raises ValueError: it is that of no archive, or of one that cannot be read; the message says why.
    """
    if head[: len(_MAGIC)] != _MAGIC:
        raise ValueError("it is no PMTiles archive")
    if len(head) < HEADER_BYTES:
        raise ValueError("it ends within its header")
    _, version, *fields = _LAYOUT.unpack(head[:HEADER_BYTES])
    if version != _VERSION:
        raise ValueError(f"it is a PMTiles archive of version {version}, not {_VERSION}; convert it")
    header = Header(*fields)
    for what, compression in (
        ("directories", header.internal_compression),
        ("tiles", header.tile_compression),
    ):
        if compression not in (UNKNOWN, NONE, GZIP):
            name = _COMPRESSIONS.get(compression, compression)
            raise ValueError(f"its {what} are compressed by {name}, which cannot be read; convert it to gzip")
    return header

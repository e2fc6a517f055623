"""What Tilekeep writes behind the bytes of a tile in a bundle: when it was stored, and its tile record.

Bundles have no room for times.  But the index says where each tile begins and ends, so nobody looks at what lies
between the end of one and the beginning of the next.  There it comes with the bytes of the tile, in the same read,
and is replaced, moved and removed with them; a tile that another program has stored has no trailer.

A trailer is 16 bytes, little endian, and the record: a mark, the number of the slot, the length of the record, the
time as a double.  Read as the size of the tile that would follow, the mark is larger than any tile.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord, decoded_record

_FIXED = struct.Struct("<4sHHd")
_TIME = struct.Struct("<d")
_MARK = b"TkT\xd1"

TRAILER_SIZE = _FIXED.size
#: Where in a trailer the time stands, which alone changes when a tile is renewed.
TIME_OFFSET = 8
#: Longest record, in bytes; a longer one is left out.
LONGEST_RECORD = 0xFFFF
#: Later instants, in POSIX seconds, are no times.
_LATEST = float(1 << 40)


class Trailer(NamedTuple):
    """The part of a trailer that has always the same length.

    :ivar slot: number of the tile in its bundle, by which a tile in the wrong place is told.
    :ivar record_length: bytes of the record behind it.
    :ivar stored_at: POSIX seconds.
    """

    slot: int
    record_length: int
    stored_at: float

    @property
    def length(self) -> int:
        """Bytes of the trailer and its record."""
        return TRAILER_SIZE + self.record_length


def encoded_trailer(slot: int, at: float, record: TileRecord) -> bytes:
    """The bytes to write behind a tile."""
    if record is NO_RECORD:
        return _FIXED.pack(_MARK, slot, 0, at)
    encoded = record.encoded() or b""
    if len(encoded) > LONGEST_RECORD:
        encoded = b""
    return _FIXED.pack(_MARK, slot, len(encoded), at) + encoded


def encoded_time(at: float) -> bytes:
    """The bytes to write at :data:`TIME_OFFSET`."""
    return _TIME.pack(at)


def found_trailer(data: bytes) -> Trailer | None:
    """The trailer with which ``data`` begins, or None if it begins with something else."""
    if len(data) < TRAILER_SIZE:
        return None
    mark, slot, length, at = _FIXED.unpack_from(data)
    return Trailer(slot, length, at) if mark == _MARK and 0.0 <= at < _LATEST else None


def slot_and_time(data: bytes, offset: int) -> tuple[int, float] | None:
    """What is looked at in the trailer on each read: the slot, and the time; None if none begins at ``offset``."""
    if len(data) < offset + TRAILER_SIZE:
        return None
    mark, slot, _, at = _FIXED.unpack_from(data, offset)
    return (slot, at) if mark == _MARK and 0.0 <= at < _LATEST else None


def found_record(data: bytes, trailer: Trailer) -> TileRecord:
    """The record behind ``trailer``, with which ``data`` begins."""
    encoded = data[TRAILER_SIZE : trailer.length]
    return decoded_record(encoded) if encoded else NO_RECORD

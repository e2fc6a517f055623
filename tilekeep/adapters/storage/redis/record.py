"""What stands beside the bytes of a tile in Redis: its time, and the tile record.

A record begins with the time, the size of the tile and its last bytes, by which it is told whether it still speaks of
the tile that is there: other programs, which do not know of records, may have stored another one meanwhile.  Size and
end tell images apart: PNG ends with two checksums of its pixels, other formats with compressed pixels.
"""

from __future__ import annotations

import struct

from tilekeep.adapters.storage.tile_record import TileRecord, decoded_record

#: How many bytes of the end of a tile are compared.
END_BYTES = 32

_VERSION = 1
_HEAD = struct.Struct("<BdI")
_END = _HEAD.size
_REST = _END + END_BYTES


def encoded(stored_at: float, size: int, end: bytes, record: TileRecord) -> bytes:
    """The record of a tile of ``size`` bytes that ends with ``end``, of which the last :data:`END_BYTES` count."""
    return _HEAD.pack(_VERSION, stored_at, size) + end[-END_BYTES:].rjust(END_BYTES, b"\0") + (record.encoded() or b"")


def time_in(record: bytes | None, size: int, end: bytes) -> float | None:
    """The time of the tile, or None if there is no record, or one of another tile."""
    if not record or record[0] != _VERSION or len(record) < _REST:
        return None
    _, stored_at, of_size = _HEAD.unpack_from(record)
    if of_size != size or not record.startswith(end[-END_BYTES:], _REST - min(size, END_BYTES)):
        return None
    return float(stored_at)


def rest_of(record: bytes) -> TileRecord:
    """Validators and checksum in a record that :func:`time_in` has a time of."""
    return decoded_record(record[_REST:]) if len(record) > _REST else TileRecord()

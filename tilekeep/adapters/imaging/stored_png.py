"""PNG images whose stream is stored, not deflated: what decodes them has no more to do than to undo the filters."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from isal import isal_zlib

from tilekeep.adapters.imaging.png_chunks import Png, framed

#: So much of the deflated stream is inflated at a time; what comes out stays in the processor's cache.
_PIECE_BYTES = 16_384

_LARGEST_STORED_BLOCK = 65535
_STREAM_HEADER = b"\x78\x01"
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"


class StoredPng:
    """A file for Pillow, read from front to back, whose stream ISA-L inflates while Pillow reads it.

    At most ``size`` bytes of rows are given out, whatever the stream may hold.  ISA-L's error passes through the
    reader.
    """

    def __init__(self, png: Png, size: int) -> None:
        self._lead = png.lead
        self._position = 0
        self._chunks = _chunks(png.data, size)
        self._ahead = b""
        self._used = 0

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end."""
        data = self._lead[self._position : self._position + size]
        if len(data) < size:
            data += self._from_stream(size - len(data))
        self._position += len(data)
        return data

    def tell(self) -> int:
        """How much has been read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves about before the pixels, nowhere else.

        :raises io.UnsupportedOperation: elsewhere.
        """
        if whence != io.SEEK_SET or (offset != self._position and max(offset, self._position) > len(self._lead)):
            raise io.UnsupportedOperation(f"a stream cannot be wound from {self._position} to {offset}")
        self._position = offset
        return offset

    def _from_stream(self, size: int) -> bytes:
        while len(self._ahead) - self._used < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._ahead = self._ahead[self._used :] + chunk
            self._used = 0
        data = self._ahead[self._used : self._used + size]
        self._used += len(data)
        return data


def _chunks(deflated: bytes, size: int) -> Iterator[bytes]:
    """The stream in chunks, and the end of the file; nothing behind the rows that are there, if some are missing."""
    crc32 = isal_zlib.crc32
    checksum = 1
    start = _STREAM_HEADER
    for rows in _inflated(deflated, size):
        checksum = isal_zlib.adler32(rows, checksum)
        yield framed(b"IDAT", b"".join([start, *_blocks(rows)]), crc32)
        start = b""
        size -= len(rows)
    if size == 0:
        yield framed(b"IDAT", _LAST_BLOCK + struct.pack(">I", checksum), crc32)
        yield framed(b"IEND", b"", crc32)


def _inflated(deflated: bytes, size: int) -> Iterator[bytes]:
    """At most ``size`` bytes, in pieces."""
    inflater = isal_zlib.decompressobj()
    for start in range(0, len(deflated), _PIECE_BYTES):
        piece = inflater.decompress(deflated[start : start + _PIECE_BYTES], size)
        if piece:
            yield piece
        size -= len(piece)
        if not size:
            return


def _blocks(data: bytes | memoryview) -> Iterator[bytes | memoryview]:
    """Stored blocks, none of them the last (RFC 1951, 3.2.4)."""
    for start in range(0, len(data), _LARGEST_STORED_BLOCK):
        block = data[start : start + _LARGEST_STORED_BLOCK]
        yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
        yield block

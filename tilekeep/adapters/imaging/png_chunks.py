"""PNG files as a sequence of checked chunks (ISO/IEC 15948, 5), without decoding a pixel."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tilekeep.domain.errors import UndecodableImage

SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: Computes a CRC-32 of data, continuing from a former one: ``zlib.crc32`` or a faster equal.
Crc32 = Callable[[bytes | memoryview, int], int]

_HEADER = struct.Struct(">II5B")
_FRAME_START = struct.Struct(">I4s")
_FRAME_BYTES = 12


class PngHeader(NamedTuple):
    """What the IHDR chunk says; ``color_type`` as in the standard: 2 is RGB, 3 a palette, 6 RGBA."""

    width: int
    height: int
    bit_depth: int
    color_type: int
    interlaced: bool


class Png(NamedTuple):
    """A file whose chunks are whole: ``data`` is the joined compressed stream, ``lead`` all that stands before it.

    ``contents`` has what is in the chunks of the lead by their names, of several the first; later names have nothing.
    """

    header: PngHeader
    contents: Mapping[bytes, bytes]
    lead: bytes
    data: bytes


def read_header(body: bytes) -> PngHeader:
    """The header alone.

    :raises UndecodableImage: it is missing, cut or impossible.
    """
    if body[:8] != SIGNATURE or body[12:16] != b"IHDR" or len(body) < 8 + _FRAME_BYTES + _HEADER.size:
        raise UndecodableImage("The PNG image has no header.")
    width, height, bit_depth, color_type, compression, filters, interlace = _HEADER.unpack_from(body, 16)
    if not (width and height) or compression or filters:
        raise UndecodableImage("The PNG image has an impossible header.")
    return PngHeader(width, height, bit_depth, color_type, interlace != 0)


def read_chunks(body: bytes, crc32: Crc32) -> Png:
    """The chunks of a whole file, every checksum verified.

    :raises UndecodableImage: a chunk is cut or damaged, or the end is missing.
    """
    header = read_header(body)
    contents: dict[bytes, bytes] = {}
    data: list[memoryview] = []
    whole = memoryview(body)
    position = lead_end = len(SIGNATURE)
    name = b""
    while name != b"IEND":
        if position + _FRAME_BYTES > len(body):
            raise UndecodableImage("The PNG image is cut.")
        length, name = _FRAME_START.unpack_from(body, position)
        end = position + 8 + length
        if end + 4 > len(body):
            raise UndecodableImage("The PNG image is cut.")
        content = whole[position + 8 : end]
        if crc32(content, crc32(name, 0)) != int.from_bytes(body[end : end + 4]):
            raise UndecodableImage(f"The PNG image is damaged in its {name!r} chunk.")
        if name == b"IDAT":
            lead_end = lead_end if data else position
            data.append(content)
        contents.setdefault(name, b"" if data else bytes(content))
        position = end + 4
    if not data:
        raise UndecodableImage("The PNG image holds no pixels.")
    return Png(header, contents, body[:lead_end], b"".join(data))


def header_chunk(header: PngHeader, crc32: Crc32) -> bytes:
    """The IHDR chunk of ``header``."""
    return framed(b"IHDR", _HEADER.pack(*header[:4], 0, 0, header.interlaced), crc32)


def framed(name: bytes, content: bytes, crc32: Crc32) -> bytes:
    """One chunk with its length and checksum."""
    return b"".join((struct.pack(">I", len(content)), name, content, struct.pack(">I", crc32(content, crc32(name, 0)))))

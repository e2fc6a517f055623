"""What an image will cost by its header, for formats whose decoder reserves memory before it looks for pixels."""

from __future__ import annotations

import struct

from tilekeep.adapters.imaging.avif_header import frame_size
from tilekeep.adapters.imaging.png_chunks import read_header
from tilekeep.domain.errors import UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import AVIF, PNG, TIFF, WEBP

_WEBP_HEADER_BYTES = 30
_FOURTEEN_BITS = 0x3FFF

_TIFF_ENTRY = "HHI"
_TIFF_ENTRY_BYTES = 12
_TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH = 322, 323
#: The types that a tile size may have, SHORT and LONG, as they stand in an entry.
_TIFF_INTEGERS = {3: "H", 4: "I"}


def declared_size(body: bytes, media_type: str) -> Size | None:
    """The size a PNG or WebP header declares, that of the frames of AVIF, or that of the tiles of a TIFF image.

    One of these is more than enough.

    None for everything else, which Pillow opens without cost.

    :raises UndecodableImage: the header is cut or unknown.
    """
    if media_type == PNG:
        header = read_header(body)
        return Size(header.width, header.height)
    if media_type == TIFF:
        return _tiff_tile_size(body)
    if media_type == AVIF:
        return frame_size(body)
    return _webp_size(body) if media_type == WEBP else None


def _tiff_tile_size(body: bytes) -> Size | None:
    """TIFF 6.0, sections 2 and 15; None for images in strips.

    Of repeated entries the largest, since readers disagree on which one counts.
    """
    order = "<" if body[:2] == b"II" else ">"
    widths, lengths = [0], [0]
    try:
        (directory,) = struct.unpack_from(f"{order}I", body, 4)
        (entries,) = struct.unpack_from(f"{order}H", body, directory)
        for position in range(directory + 2, directory + 2 + entries * _TIFF_ENTRY_BYTES, _TIFF_ENTRY_BYTES):
            tag, kind, count = struct.unpack_from(order + _TIFF_ENTRY, body, position)
            if tag in (_TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH):
                if kind not in _TIFF_INTEGERS or count != 1:
                    raise UndecodableImage("The TIFF image has tiles of no known size.")
                values = widths if tag == _TIFF_TILE_WIDTH else lengths
                values += struct.unpack_from(order + _TIFF_INTEGERS[kind], body, position + 8)
    except struct.error as error:
        raise UndecodableImage("The TIFF image is cut.") from error
    return Size(max(widths), max(lengths)) if len(widths) > 1 else None


def _webp_size(body: bytes) -> Size:
    """RFC 9649, 2.5 to 2.7: the extended, lossless and lossy headers."""
    kind = body[12:16]
    if len(body) < _WEBP_HEADER_BYTES:
        raise UndecodableImage("The WebP image is cut.")
    if kind == b"VP8X":
        return Size(1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little"))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 21)
        return Size(1 + (bits & _FOURTEEN_BITS), 1 + (bits >> 14 & _FOURTEEN_BITS))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 26)
        return Size(width & _FOURTEEN_BITS, height & _FOURTEEN_BITS)
    raise UndecodableImage("The WebP image has no header.")

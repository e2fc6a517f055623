"""Width and height of an image from its first bytes, for formats whose decoder reserves memory on opening."""

from __future__ import annotations

import struct

from tilekeep.adapters.imaging.png_chunks import read_header
from tilekeep.domain.errors import UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, WEBP

_WEBP_HEADER_BYTES = 30
_FOURTEEN_BITS = 0x3FFF


def declared_size(body: bytes, media_type: str) -> Size | None:
    """The size a PNG or WebP header declares; None for other formats, which Pillow opens without cost.

    :raises UndecodableImage: the header is cut or unknown.
    """
    if media_type == PNG:
        header = read_header(body)
        return Size(header.width, header.height)
    return _webp_size(body) if media_type == WEBP else None


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

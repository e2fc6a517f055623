"""Bodies compressed by gzip (RFC 1952)."""

from __future__ import annotations

import gzip
import zlib

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS

#: Smaller files are not worth the time.
_LEVEL = 6


def is_packed(body: bytes) -> bool:
    """Whether ``body`` says that it is compressed."""
    return body.startswith(_MAGIC)


def packed(body: bytes) -> bytes:
    """``body`` compressed, the same for the same body."""
    return gzip.compress(body, _LEVEL, mtime=0)


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """What was compressed.

    :raises ValueError: it is damaged or cut, something follows it, or it has more than ``most_bytes``.
    """
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"compressed data that is damaged: {error}") from error
    if len(plain) > most_bytes:
        raise ValueError(f"more than the {most_bytes} bytes permitted when unpacked")
    if not stream.eof or stream.unused_data:
        raise ValueError("compressed data that is cut, or followed by something else")
    return plain

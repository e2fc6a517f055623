"""Streams inflated whole, by the library that is faster with them."""

from __future__ import annotations

import deflate
from isal import isal_zlib
from isal.igzip_lib import IsalError

#: From this ratio on libdeflate is faster, as with maps (a third less) and areas of one colour (a fifth of the time);
#: below, as with photographs, ISA-L is (a fifth less).
_MUCH_DEFLATED = 5


def inflated(stream: bytes, size: int) -> bytes | bytearray | None:
    """The ``size`` bytes that a zlib stream holds; None if it is damaged or holds more or fewer.

    No more than that is ever inflated; what follows the stream is ignored.
    """
    if size > _MUCH_DEFLATED * len(stream):
        return _by_libdeflate(stream, size)
    return _by_isal(stream, size)


def _by_libdeflate(stream: bytes, size: int) -> bytearray | None:
    try:
        data = deflate.zlib_decompress(stream, size)
    except deflate.DeflateError:
        return None
    return data if len(data) == size else None


def _by_isal(stream: bytes, size: int) -> bytes | None:
    inflater = isal_zlib.decompressobj()
    try:
        data: bytes = inflater.decompress(stream, size + 1)
    except IsalError:  # type: ignore[misc]  # the stubs do not say that it is an exception
        return None
    return data if inflater.eof and len(data) == size else None

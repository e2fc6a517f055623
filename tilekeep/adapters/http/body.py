"""Receiving a body without ever holding more of it than allowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from urllib3 import BaseHTTPResponse

#: Bytes taken from the socket at a time.
CHUNK = 65536


class BodyTooLarge(Exception):
    """The body has more bytes than allowed, as sent or decoded."""


class UnknownEncoding(Exception):
    """The body has a content encoding nobody asked for, or not the one it claims."""


class _Decoder(Protocol):
    def decode(self, data: bytes, max_length: int) -> bytes: ...
    def is_complete(self) -> bool: ...


class _Identity:
    def decode(self, data: bytes, max_length: int) -> bytes:
        return data

    def is_complete(self) -> bool:
        return True


class _Inflater:
    """gzip and deflate; deflate with or without the zlib wrapper (RFC 9110, 8.4.1.2)."""

    def __init__(self, window_bits: int, *, may_be_raw: bool = False) -> None:
        self._stream = zlib.decompressobj(window_bits)
        self._may_be_raw = may_be_raw
        self._head = b""

    def decode(self, data: bytes, max_length: int) -> bytes:
        try:
            decoded = self._stream.decompress(data, max_length)
        except zlib.error as error:
            if not self._may_be_raw:
                raise UnknownEncoding(str(error)) from error
            self._stream, self._may_be_raw = zlib.decompressobj(-zlib.MAX_WBITS), False
            return self.decode(self._head + data, max_length)
        self._head += data if not self._head or self._may_be_raw else b""
        self._may_be_raw = self._may_be_raw and not decoded
        return decoded

    def is_complete(self) -> bool:
        return self._stream.eof or not self._head


def _decoder(content_encoding: str) -> _Decoder:
    match content_encoding.strip().lower():
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Inflater(16 + zlib.MAX_WBITS)
        case "deflate":
            return _Inflater(zlib.MAX_WBITS, may_be_raw=True)
    raise UnknownEncoding(f"content encoding {content_encoding!r}")


def read_body(raw: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body, decoded.

    :raises BodyTooLarge: announced, received or decoded size over ``max_bytes``; the transfer stops at once.
    :raises UnknownEncoding: the body is not encoded as its header says.
    """
    announced = raw.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise BodyTooLarge(f"{announced} bytes announced, {max_bytes} allowed")
    decoder = _decoder(raw.headers.get("content-encoding", ""))
    body = bytearray()
    received = 0
    for chunk in _chunks(raw):
        received += len(chunk)
        body += decoder.decode(chunk, max_bytes + 1 - len(body))
        if received > max_bytes or len(body) > max_bytes:
            raise BodyTooLarge(f"more than the {max_bytes} bytes allowed")
    if not decoder.is_complete():
        raise UnknownEncoding("the encoded body is cut")
    return bytes(body)


def _chunks(raw: BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := raw.read1(CHUNK, decode_content=False):
        yield chunk

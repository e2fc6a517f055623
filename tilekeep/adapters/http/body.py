"""Receiving a body without ever holding more of it than allowed."""

from __future__ import annotations

import io
import zlib
from typing import Protocol

from urllib3 import BaseHTTPResponse

#: Bytes taken at a time of what does not say its length, or is decoded.
CHUNK = 1 << 17

#: More members than files of any use have: each takes a decoder of its own.
_MOST_MEMBERS = 10_000

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


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
    """deflate, with or without the zlib wrapper (RFC 9110, 8.4.1.2); what follows its end is ignored."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._may_be_raw = True
        self._head = b""

    def decode(self, data: bytes, max_length: int) -> bytes:
        if self._stream.eof:
            return b""
        try:
            decoded = _inflated(self._stream, data, max_length)
        except UnknownEncoding:
            if not self._may_be_raw:
                raise
            self._stream, self._may_be_raw = zlib.decompressobj(-zlib.MAX_WBITS), False
            return self.decode(self._head + data, max_length)
        self._head += data if not self._head or self._may_be_raw else b""
        self._may_be_raw = self._may_be_raw and not decoded
        return decoded

    def is_complete(self) -> bool:
        return self._stream.eof or not self._head


class _Gunzip:
    """gzip, member after member (RFC 1952, 2.2); what follows the last one is ignored."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1
        self._ahead = b""
        self._begun = self._ended = False

    def decode(self, data: bytes, max_length: int) -> bytes:
        data = self._ahead + data
        self._begun, self._ahead = True, b""
        decoded = b""
        while data and not self._ended and len(decoded) < max_length:
            if self._member.eof and not self._begins_member(data):
                break
            decoded += _inflated(self._member, data, max_length - len(decoded))
            data = self._member.unused_data
        return decoded

    def is_complete(self) -> bool:
        return self._member.eof or not self._begun

    def _begins_member(self, data: bytes) -> bool:
        """Whether another member has begun with ``data``; a byte that may begin one is kept until more comes."""
        if data == _GZIP_MAGIC[:1]:
            self._ahead = data
            return False
        self._ended = not data.startswith(_GZIP_MAGIC)
        if self._ended:
            return False
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise UnknownEncoding(f"more than {_MOST_MEMBERS} gzip members")
        self._member = zlib.decompressobj(_GZIP)
        return True


def _inflated(stream: zlib._Decompress, data: bytes, max_length: int) -> bytes:
    try:
        return stream.decompress(data, max_length)
    except zlib.error as error:
        raise UnknownEncoding(str(error)) from error


def _decoder(content_encoding: str) -> _Decoder:
    match content_encoding.strip().lower():
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Gunzip()
        case "deflate":
            return _Inflater()
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
    if isinstance(decoder, _Identity) and announced.isdigit() and raw.length_remaining:
        return _received(raw, raw.length_remaining)
    return _decoded(raw, decoder, max_bytes)


def _received(raw: BaseHTTPResponse, length: int) -> bytes:
    """A body that comes as it is: received where it stays, since large ones cost more to move than to receive."""
    return b"".join(iter(lambda: raw.read(length, decode_content=False), b""))


def _decoded(raw: BaseHTTPResponse, decoder: _Decoder, max_bytes: int) -> bytes:
    body = io.BytesIO()  # chunks may be as small as the server likes: a list of them would be larger than the body
    received = length = 0
    while chunk := raw.read1(CHUNK, decode_content=False):
        received += len(chunk)
        length += body.write(decoder.decode(chunk, max_bytes + 1 - length))
        if received > max_bytes or length > max_bytes:
            raise BodyTooLarge(f"more than the {max_bytes} bytes allowed")
    if not decoder.is_complete():
        raise UnknownEncoding("the encoded body is cut")
    return body.getvalue()

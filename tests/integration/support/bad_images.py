"""What broken map servers send instead of a map of some size, with status 200."""

from __future__ import annotations

import functools
import random
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests.integration.support.drawing import encoded, plain
from tests.integration.support.upstream_server import Reply

Size = tuple[int, int]

_EXCEPTION = b"""<?xml version="1.0"?>
<ServiceExceptionReport version="1.1.1">
  <ServiceException>msDrawMap(): no data</ServiceException>
</ServiceExceptionReport>
"""
_PAGE = b"<!DOCTYPE html><html><body><h1>Sign in to continue</h1></body></html>"


def _noise(size: Size) -> Image.Image:
    return Image.frombytes("L", size, random.Random(7).randbytes(size[0] * size[1])).convert("RGB")


def _cut(size: Size, image_format: str) -> bytes:
    body = encoded(_noise(size), image_format)
    return body[: len(body) // 2]


def _altered(size: Size) -> bytes:
    body = bytearray(encoded(_noise(size), "PNG"))
    body[len(body) // 2] ^= 0xFF
    return bytes(body)


@functools.cache
def image_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A valid PNG of few bytes for very many pixels: each line of the picture is a run of zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pressed = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    lines = b"".join(pressed.compress(line) for _ in range(height)) + pressed.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def _as(media_type: str, body: Callable[[Size], bytes]) -> Callable[[Size], Reply]:
    return lambda size: Reply(body=body(size), headers={"Content-Type": media_type})


#: Name -> the answer to a request for a map of a size.
BAD_ANSWERS: dict[str, Callable[[Size], Reply]] = {
    "cut PNG": _as("image/png", lambda size: _cut(size, "PNG")),
    "cut JPEG": _as("image/jpeg", lambda size: _cut(size, "JPEG")),
    "PNG with a wrong byte": _as("image/png", _altered),
    "empty body": _as("image/png", lambda _: b""),
    "XML": _as("application/vnd.ogc.se_xml", lambda _: _EXCEPTION),
    "XML called PNG": _as("image/png", lambda _: _EXCEPTION),
    "HTML": _as("text/html", lambda _: _PAGE),
    "HTML called PNG": _as("image/png", lambda _: _PAGE),
    "one pixel less": _as("image/png", lambda size: plain((size[0] - 1, size[1]))),
    "other shape": _as("image/png", lambda size: plain((size[0] * 2, size[1]))),
    "JPEG of another size": _as("image/jpeg", lambda size: plain((size[0], size[1] + 1), "JPEG")),
    "image bomb": _as("image/png", lambda _: image_bomb()),
    "connection closed in the middle": lambda size: Reply(
        body=plain(size), headers={"Content-Type": "image/png"}, send_only=100
    ),
}

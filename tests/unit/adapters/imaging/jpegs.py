"""JPEG images to cut tiles out of, and what can be compared of images without the smoothing of colours."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.contract.pictures import gradient

PICTURE = gradient(160, 128, noise=True)
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")


def jpeg(image: Image.Image = PICTURE, **options: Any) -> bytes:
    """``image`` as JPEG, of low quality unless said otherwise."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{"quality": 60, "subsampling": "4:2:0"} | options)
    return buffer.getvalue()


def opened(body: bytes) -> Image.Image:
    """The image in ``body``."""
    return Image.open(io.BytesIO(body))


def brightness(body: bytes) -> Image.Image:
    """The brightness of all pixels as it is stored, to which colours that are spread over several add nothing."""
    image = opened(body)
    image.draft("L", image.size)
    image.load()
    return image


def inner(image: Image.Image) -> bytes:
    """All pixels that are the same however colours beyond the edges are: these are spread over two pixels."""
    return image.crop((2, 2, image.width - 2, image.height - 2)).tobytes()


def with_marker(body: bytes, number: int, content: bytes) -> bytes:
    """``body`` with a segment more, in front of all others."""
    return body[:2] + bytes([0xFF, number]) + (len(content) + 2).to_bytes(2, "big") + content + body[2:]


def with_steps_of_300(body: bytes) -> bytes:
    """``body`` with quantisation steps for its brightness that take 16 bits (ITU-T T.81, B.2.4.1)."""
    start = body.index(b"\xff\xdb\x00\x43\x00")
    steps = (300).to_bytes(2, "big") * 64
    return body[:start] + b"\xff\xdb\x00\x83\x10" + steps + body[start + 2 + 0x43 :]


def with_sampling_factors(body: bytes, *factors: int) -> bytes:
    """``body`` with other sampling factors of its bands, a byte each (ITU-T T.81, B.2.2)."""
    changed = bytearray(body)
    start = body.index(b"\xff\xc0") + 10
    changed[start + 1 : start + 10 : 3] = bytes(factors)
    return bytes(changed)

"""Pictures to test imaging with, and a way to look at results."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image, ImageDraw

from tilekeep.domain.image import EncodedImage


def gradient(width: int, height: int, *, noise: bool = False) -> Image.Image:
    """A picture in which every pixel differs from its neighbours; ``noise`` makes it incompressible."""
    dice = random.Random(width * height)
    image = Image.new("RGB", (width, height))
    spread = 90 if noise else 1
    image.putdata(
        [
            (
                (x * 255 // width + dice.randrange(spread)) % 256,
                (y * 255 // height + dice.randrange(spread)) % 256,
                (x * y + dice.randrange(spread)) % 256,
            )
            for y in range(height)
            for x in range(width)
        ]
    )
    return image


def map_like(side: int, *, holes: bool = False, seed: int = 1) -> Image.Image:
    """Areas and lines on a ground; with ``holes`` some of it transparent, some half so."""
    dice = random.Random(seed)
    image = Image.new("RGBA", (side, side), (242, 239, 233, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        color = tuple(dice.randrange(60, 256) for _ in range(3))
        alpha = dice.choice([0, 128, 255]) if holes else 255
        corner = dice.randrange(side), dice.randrange(side)
        draw.ellipse((*corner, corner[0] + side // 4, corner[1] + side // 3), (*color, alpha))
        draw.line([(dice.randrange(side), dice.randrange(side)) for _ in range(4)], (*color, 255), 2)
    if holes:
        draw.rectangle((0, 0, side // 8, side // 8), (10, 20, 30, 0))
    return image


def bytes_of(image: Image.Image, name: str) -> bytes:
    """``image`` as a file of Pillow's format ``name``."""
    buffer = io.BytesIO()
    image.save(buffer, name)
    return buffer.getvalue()


def pixels_of(encoded: EncodedImage) -> bytes:
    """All pixels as RGBA."""
    return Image.open(io.BytesIO(encoded.body)).convert("RGBA").tobytes()


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds hardly any data: an image bomb that never went off."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(name, data) for name, data in [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    )


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

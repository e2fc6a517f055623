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


def bytes_of(image: Image.Image, name: str, **options: object) -> bytes:
    """``image`` as a file of Pillow's format ``name``, with ``options`` of its writer."""
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
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


def tiff_in_tiles(
    *tile_sizes: tuple[int, int], image_size: tuple[int, int] = (16, 16), order: str = "<", data: bytes = b""
) -> bytes:
    """A grey TIFF that declares tiles of these sizes, one entry for each, and holds no more than ``data``."""
    data = zlib.compress(data)
    sizes = [entry for width, height in tile_sizes for entry in ((322, width), (323, height))]
    described = [(256, image_size[0]), (257, image_size[1]), (258, 8), (259, 8), (262, 1), (277, 1), *sorted(sizes)]
    start = 8 + 2 + 12 * (len(described) + 2) + 4
    entries = [*described, (324, start), (325, len(data))]
    directory = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in entries)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}IH", 8, len(entries)) + directory + bytes(4) + data


def gif_with_frame(width: int, height: int) -> bytes:
    """A GIF of one pixel, whose only frame declares another size."""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + screen + b"," + struct.pack("<4HB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0;"


def webp_with_frame(width: int, height: int) -> bytes:
    """A WebP whose header declares 16 by 16 pixels and whose frame has another size."""
    frame = bytes_of(Image.new("RGB", (width, height)), "WEBP")[12:]
    header = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\x0f\0\0\x0f\0\0"
    return b"RIFF" + struct.pack("<I", 4 + len(header) + len(frame)) + b"WEBP" + header + frame


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

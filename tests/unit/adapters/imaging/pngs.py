"""PNG files made by hand, with every filter and header the standard knows, and strategies for images."""

from __future__ import annotations

import random
import struct
import zlib

from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import chunk

COLOR_TYPES = {"RGB": 2, "RGBA": 6}


def filtered_png(image: Image.Image, filters: list[int], *, idat_bytes: int = 1 << 20) -> bytes:
    """``image`` with the filter of each row taken from ``filters`` in turn (ISO/IEC 15948, 9)."""
    samples = len(image.mode)
    stride = image.width * samples
    data = image.tobytes()
    lines = [bytes(stride), *(data[y * stride : (y + 1) * stride] for y in range(image.height))]
    rows = b"".join(_filtered(lines[y + 1], lines[y], filters[y % len(filters)], samples) for y in range(image.height))
    stream = zlib.compress(rows)
    parts = [stream[start : start + idat_bytes] for start in range(0, len(stream), idat_bytes)]
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, COLOR_TYPES[image.mode], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"tEXt", b"Comment\0by hand"), *((b"IDAT", part) for part in parts), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in chunks)


def _filtered(line: bytes, above: bytes, kind: int, samples: int) -> bytes:
    def predicted(i: int) -> int:
        left = line[i - samples] if i >= samples else 0
        corner = above[i - samples] if i >= samples else 0
        up = above[i]
        estimate = left + up - corner
        paeth = min((left, up, corner), key=lambda candidate: abs(estimate - candidate))
        return (0, left, up, (left + up) // 2, paeth)[kind]

    return bytes([kind, *((line[i] - predicted(i)) % 256 for i in range(len(line)))])


@st.composite
def images(draw: st.DrawFn, *, modes: tuple[str, ...] = ("RGB", "RGBA"), largest: int = 48) -> Image.Image:
    """Images of runs, from one colour to noise, over a palette that may be narrow or wide."""
    mode = draw(st.sampled_from(modes))
    size = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    dice = random.Random(draw(st.integers(0, 2**32)))
    palette_size = draw(st.sampled_from([1, 2, 20, 300, 100_000]))
    longest_run = draw(st.sampled_from([1, 4, 40]))
    palette = [tuple(_band(dice, band) for band in range(len(mode))) for _ in range(min(palette_size, 3000))]
    pixels: list[tuple[int, ...]] = []
    while len(pixels) < size[0] * size[1]:
        pixels += [dice.choice(palette)] * dice.randint(1, longest_run)
    image = Image.new(mode, size)
    image.putdata(pixels[: size[0] * size[1]])
    return image


def _band(dice: random.Random, band: int) -> int:
    """Alpha is often all or nothing, and then there are many invisible colours."""
    return dice.choice([0, 0, 255, 255, 100, dice.randrange(256)]) if band == 3 else dice.randrange(256)

"""PNG files written with NumPy and ISA-L: no row filters but the one that helps photographs."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
from isal import isal_zlib

from tilekeep.adapters.imaging import pixel_loops
from tilekeep.adapters.imaging.pixels import Bytes, Words
from tilekeep.adapters.imaging.png_chunks import SIGNATURE, framed

_PALETTE, _RGB, _RGBA = 3, 2, 6
_UP = 2

#: Compression levels of ISA-L: the second gains little size for its time, so only single colours take the best.
_LEVEL, _BEST_LEVEL = 1, 3


def true_color_png(words: Words, mode: str, *, photographic: bool) -> bytes:
    """Words as an RGB or RGBA image; ``photographic`` ones shrink when each row is written relative to the last."""
    height, width = words.shape
    rows = _packed_rows(words, len(mode), up=photographic)
    return _png((width, height, 8, _RGB if mode == "RGB" else _RGBA), rows, _LEVEL)


def _packed_rows(words: Words, samples: int, *, up: bool) -> bytes | memoryview:
    """Rows of so many bytes a pixel, each led by its filter: none, or that which counts from the row above."""
    height, width = words.shape
    if pixel_loops.compiled is not None:
        return pixel_loops.compiled.pack_rows(words, samples, up)
    rows = np.empty((height, 1 + samples * width), np.uint8)
    pixels = words.view(np.uint8).reshape(height, width, 4)
    for band in range(samples):
        rows[:, 1 + band :: samples] = pixels[:, :, band]
    rows[:, 0] = 0
    if up:
        _filter_up(rows)
    return rows.data


def palette_png(indices: Bytes, colors: bytes, alpha: bytes) -> bytes:
    """Palette indices ``(height, width)`` with RGB triples and, unless all is opaque, an alpha byte per colour."""
    height, width = indices.shape
    rows = np.empty((height, 1 + width), np.uint8)
    rows[:, 0] = 0
    rows[:, 1:] = indices
    return _png((width, height, 8, _PALETTE), rows.data, _LEVEL, colors, alpha)


def png_of_bands(
    size: tuple[int, int], bands: Iterable[Bytes], *, mode: str = "P", colors: bytes = b"", alpha: bytes = b""
) -> bytes:
    """An image of ``size`` out of bands of rows, top first, compressed as they come.

    ``bands`` hold palette indices ``(rows, width)``, or with mode RGB or RGBA samples ``(rows, width * bands)``; these
    are written relative to the row above.
    """
    color_type = {"P": _PALETTE, "RGB": _RGB, "RGBA": _RGBA}[mode]
    stream = isal_zlib.compressobj(_LEVEL)
    compressed = []
    above: Bytes | None = None
    for band in bands:
        rows = np.empty((len(band), 1 + band.shape[1]), np.uint8)
        rows[:, 1:] = band
        rows[:, 0] = 0
        if color_type != _PALETTE:
            last = rows[-1:, 1:].copy()
            _filter_up(rows)
            if above is not None:
                rows[:1, 1:] -= above
            above = last
        compressed.append(stream.compress(rows.data))
    compressed.append(stream.flush())
    return _file((*size, 8, color_type), b"".join(compressed), colors, alpha)


def single_color_png(width: int, height: int, color: tuple[int, ...], *, palette: bool) -> bytes:
    """An image of one RGB or RGBA color, as a palette image of one entry or in true colour."""
    if palette:
        rows = np.zeros((height, 1 + (width + 7) // 8), np.uint8)
        alpha = bytes(color[3:]) if color[3:] != (255,) else b""
        return _png((width, height, 1, _PALETTE), rows.data, _BEST_LEVEL, bytes(color[:3]), alpha)
    rows = np.zeros((height, 1 + len(color) * width), np.uint8)
    rows[:, 0] = _UP
    rows[0, 1:] = np.tile(np.array(color, np.uint8), width)
    return _png((width, height, 8, _RGB if len(color) == len("RGB") else _RGBA), rows.data, _BEST_LEVEL)


def _filter_up(rows: Bytes) -> None:
    rows[1:, 1:] -= rows[:-1, 1:].copy()
    rows[:, 0] = _UP


def _png(
    header: tuple[int, int, int, int], rows: bytes | memoryview, level: int, palette: bytes = b"", alpha: bytes = b""
) -> bytes:
    return _file(header, isal_zlib.compress(rows, level), palette, alpha)


def _file(header: tuple[int, int, int, int], compressed: bytes, palette: bytes, alpha: bytes) -> bytes:
    """The file; ``header`` is width, height, bit depth and colour type (ISO/IEC 15948, 11.2.2)."""
    crc32 = isal_zlib.crc32
    chunks = [SIGNATURE, framed(b"IHDR", struct.pack(">IIBBBBB", *header, 0, 0, 0), crc32)]
    if palette:
        chunks.append(framed(b"PLTE", palette, crc32))
    if alpha:
        chunks.append(framed(b"tRNS", alpha, crc32))
    chunks += [framed(b"IDAT", compressed, crc32), framed(b"IEND", b"", crc32)]
    return b"".join(chunks)

"""Palette PNG images as words: every byte of a row, whatever its depth, is looked up once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.pixels import OPAQUE, Bytes, Words
from tilekeep.adapters.imaging.png_chunks import Png, chunk_content

PALETTE = 3

_COLORS = 256
_DEPTHS = frozenset({1, 2, 4, 8})


class IndexedColors(NamedTuple):
    """The words that each byte of a row stands for, ``(256, pixels of a byte)``, and whether any has alpha."""

    words: Words
    has_alpha: bool


def indexed_colors(png: Png) -> IndexedColors | None:
    """The palette of a plain palette image; None for others, and for palettes that only Pillow can judge."""
    header = png.header
    if header.color_type != PALETTE or header.interlaced or header.bit_depth not in _DEPTHS:
        return None
    triples = chunk_content(png.lead, b"PLTE")
    alpha = chunk_content(png.lead, b"tRNS")
    if not triples or len(triples) % 3 or len(triples) > 3 * _COLORS or len(alpha or b"") > len(triples) // 3:
        return None
    colors = np.zeros((_COLORS, 4), np.uint8)
    colors[:, 3] = 255
    colors[: len(triples) // 3, :3] = np.frombuffer(triples, np.uint8).reshape(-1, 3)
    if alpha:
        colors[: len(alpha), 3] = np.frombuffer(alpha, np.uint8)
    words = colors.view("<u4").reshape(-1)
    return IndexedColors(words.take(_indexes(header.bit_depth)), bool(words.min() < OPAQUE))


def _indexes(depth: int) -> npt.NDArray[np.intp]:
    """The palette indexes in each byte, the first pixel in the highest bits."""
    shifts = np.arange(8 - depth, -1, -depth)
    return np.arange(_COLORS)[:, None] >> shifts & (1 << depth) - 1


def looked_up(rows: Bytes, width: int, colors: IndexedColors) -> Words:
    """The pixels of ``rows``, ``(height, bytes)``, which have neither filters nor their types."""
    # No byte is too large for the table: wrapping, which never happens, only saves checking that.
    if colors.words.shape[1] == 1:
        return colors.words[:, 0].take(rows, mode="wrap")
    return colors.words.take(rows, axis=0, mode="wrap").reshape(len(rows), -1)[:, :width]

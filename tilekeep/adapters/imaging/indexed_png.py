"""Palette PNG images whose pixels wait to be looked up: every byte of a row, whatever its depth, once."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.pixels import Bytes, Words
from tilekeep.adapters.imaging.png_chunks import Png

PALETTE = 3

_COLORS = 256
_DEPTHS = frozenset({1, 2, 4, 8})


class IndexedImage(NamedTuple):
    """Rows of bytes, ``(height, bytes)``, and the words that each byte stands for, ``(256, pixels of a byte)``."""

    rows: Bytes
    width: int
    table: Words

    @property
    def words(self) -> Words:
        """All pixels."""
        # No byte is too large for the table: wrapping, which never happens, only saves checking that.
        words = self.table.take(self.rows, axis=0, mode="wrap")
        return words.reshape(len(self.rows), -1)[:, : self.width]


def color_table(png: Png) -> Words | None:
    """The table of a palette image; None for other images, and for palettes that only Pillow can judge."""
    header = png.header
    if header.color_type != PALETTE or header.interlaced or header.bit_depth not in _DEPTHS:
        return None
    triples = png.contents.get(b"PLTE", b"")
    alpha = png.contents.get(b"tRNS", b"")
    colors, rest = divmod(len(triples), 3)
    if rest or not 0 < colors <= _COLORS or len(alpha) > colors:
        return None
    table = np.zeros((_COLORS, 4), np.uint8)
    table[:colors, :3] = np.frombuffer(triples, np.uint8).reshape(-1, 3)
    table[:, 3] = 255
    if alpha:
        table[: len(alpha), 3] = np.frombuffer(alpha, np.uint8)
    words = table.view("<u4")
    return words if header.bit_depth == 8 else words[_indexes(header.bit_depth), 0]  # noqa: PLR2004


@functools.cache
def _indexes(depth: int) -> npt.NDArray[np.intp]:
    """The palette indexes in each byte, the first pixel in the highest bits."""
    shifts = np.arange(8 - depth, -1, -depth)
    return np.arange(_COLORS)[:, None] >> shifts & (1 << depth) - 1

"""Palettes as Pillow's fast octree finds them, in compiled loops that look at equal neighbours only once.

The algorithm is that of Pillow's ``Quantize.FASTOCTREE``: colours fall into a fine and a coarse cube of buckets; the
fullest fine buckets get a palette entry each, and what is left shares one entry per coarse bucket; an entry is the
mean colour of its pixels.  Pixels come out equal to Pillow's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tilekeep.adapters.imaging import pixel_loops
from tilekeep.adapters.imaging.pixels import Bytes, Words

#: Buckets of the fine cube of each mode.
_BUCKETS = {"RGB": 1 << 12, "RGBA": 1 << 13}

#: Sums of four bands, and pixels.
_NUMBERS_OF_A_BUCKET = 5

#: Before a wholly transparent pixel has been seen.
_NONE_INVISIBLE = -1


class Quantised(NamedTuple):
    """Palette indices in the shape of the pixels, and the palette as ``(entries, bands)`` bytes."""

    indices: Bytes
    palette: Bytes


def quantised(words: Words, colors: int, mode: str, *, stable: bool) -> Quantised | None:
    """``words`` in at most ``colors`` colours, or None where Pillow should do it.

    ``stable`` says whether Pillow's sort keeps the order of equally full buckets, which is up to the C library.
    """
    palette = Palette.of([words], colors, mode, stable=stable)
    return None if palette is None else Quantised(palette.indices(words), palette.colors)


class Palette:
    """A palette for pixels that are looked at block by block, each time anew: large images are never held twice.

    Args:
        lookup: the index of each bucket of the fine cube.
        colors: ``(entries, bands)``.
        invisible: the word of all pixels that are wholly transparent; negative if there are none.
    """

    def __init__(self, lookup: bytes, colors: Bytes, invisible: int) -> None:
        self.colors = colors
        self._lookup = lookup
        self._invisible = invisible

    @staticmethod
    def of(blocks: Iterable[Words], colors: int, mode: str, *, stable: bool) -> Palette | None:
        """The palette of at most ``colors`` (1 to 256) for all pixels; None as :func:`quantised`."""
        if pixel_loops.compiled is None:
            return None
        buckets = np.zeros((_BUCKETS[mode], _NUMBERS_OF_A_BUCKET), np.uint64)
        invisible = _NONE_INVISIBLE
        for block in blocks:
            invisible = pixel_loops.compiled.fill_buckets(block, buckets, invisible)
        found = pixel_loops.compiled.palette_of(buckets, colors, stable)
        if found is None:
            return None
        lookup, entries = found
        return Palette(lookup, np.frombuffer(entries, np.uint8).reshape(-1, 4)[:, : len(mode)], invisible)

    def indices(self, block: Words) -> Bytes:
        """The palette index of each pixel, in the shape of the block."""
        assert pixel_loops.compiled is not None
        indices: Bytes = np.empty(block.shape, np.uint8)
        pixel_loops.compiled.look_up_indices(block, self._lookup, self._invisible, indices)
        return indices

"""The colour cubes of Pillow's octree: which bucket a colour falls into."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.pixels import Bytes, Words

Places = Callable[[Words], npt.NDArray[np.uint32]]


class Cubes(NamedTuple):
    """A fine and a coarse cube over the bands of a mode; places count red first."""

    bands: int
    fine: Places
    fine_size: int
    coarse: Places
    coarse_size: int


def packed(colors: Bytes) -> Words:
    """Colours ``(n, bands)`` as words."""
    pixels = np.zeros((len(colors), 4), np.uint8)
    pixels[:, : colors.shape[1]] = colors
    words: Words = pixels.view("<u4")[:, 0]
    return words


def _fine_rgb(words: Words) -> npt.NDArray[np.uint32]:
    """Four bits of each band; one multiplication moves them side by side into the highest twelve."""
    return ((words & np.uint32(0xF0F0F0)) * np.uint32(0x01001001)) >> np.uint32(20)


def _coarse_rgb(words: Words) -> npt.NDArray[np.uint32]:
    """Two bits of each band."""
    return _moved(words, (0xC0, -2), (0xC000, -12), (0xC00000, -22))


def _fine_rgba(words: Words) -> npt.NDArray[np.uint32]:
    """Three bits of each band, four of green."""
    return _moved(words, (0xE0, 5), (0xF000, -6), (0xE00000, -18), (0xE0000000, -29))


def _coarse_rgba(words: Words) -> npt.NDArray[np.uint32]:
    """Two bits of each band."""
    return _moved(words, (0xC0, 0), (0xC000, -10), (0xC00000, -20), (0xC0000000, -30))


def _moved(words: Words, *parts: tuple[int, int]) -> npt.NDArray[np.uint32]:
    """The bits of each (mask, shift to the left) put together."""
    result = np.zeros_like(words)
    for mask, shift in parts:
        bits = words & np.uint32(mask)
        result |= bits << np.uint32(shift) if shift >= 0 else bits >> np.uint32(-shift)
    return result


CUBES = {
    "RGB": Cubes(3, _fine_rgb, 1 << 12, _coarse_rgb, 1 << 6),
    "RGBA": Cubes(4, _fine_rgba, 1 << 13, _coarse_rgba, 1 << 8),
}

"""Pillow's fast octree quantiser, computed over runs of equal pixels instead of over pixels.

Maps consist of runs: a tile of 65,536 pixels often has a few hundred.  The algorithm is that of Pillow's
``Quantize.FASTOCTREE``: colours fall into a fine and a coarse cube of buckets; the fullest fine buckets get a palette
entry each, and what is left shares one entry per coarse bucket; an entry is the mean colour of its pixels.  Pixels
come out equal to Pillow's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.color_cubes import CUBES, Cubes, packed
from tilekeep.adapters.imaging.pixels import Bytes, Words

#: Above this share of runs per pixel Pillow is as fast.
_WORTHWHILE = 0.6

#: Two sums of bytes over so many pixels fit side by side into the 53 bits of a float.
_SUM_BITS = 26
_PAIRABLE_PIXELS = 1 << 18

#: Words up to this one have no alpha.
_LARGEST_INVISIBLE = np.uint32(0x00FFFFFF)

_Numbers = npt.NDArray[np.int64]


class Quantised(NamedTuple):
    """Palette indices in the shape of the pixels, and the palette as ``(entries, bands)`` bytes."""

    indices: Bytes
    palette: Bytes


@dataclass(frozen=True, slots=True)
class _Buckets:
    """Buckets of a cube: pixels in each and their sums per band, ``(bands, n)``."""

    pixels: _Numbers
    sums: _Numbers

    def pick(self, chosen: npt.NDArray[np.intp] | slice) -> _Buckets:
        return _Buckets(self.pixels[chosen], self.sums[:, chosen])

    def means(self) -> Bytes:
        """Mean colours ``(n, bands)``: quotients in single precision, truncated, as Pillow computes them."""
        return (self.sums.astype(np.float32) / self.pixels.astype(np.float32)).astype(np.uint8).T

    def fullest_first(self) -> npt.NDArray[np.intp]:
        """The order of a stable sort by falling number of pixels."""
        return np.argsort(-self.pixels, kind="stable")


class _UndecidedError(Exception):
    """Pillow's result depends on how its sort orders equals, or on rounding across buckets."""


def quantised(words: Words, colors: int, mode: str, *, stable: bool) -> Quantised | None:
    """``words`` in at most ``colors`` colours, or None where Pillow should do it.

    ``stable`` says whether Pillow's sort keeps the order of equally full buckets, which is up to the C library.
    """
    flat = words.reshape(-1) if mode == "RGB" else _with_one_invisible_color(words.reshape(-1))
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if len(starts) > _WORTHWHILE * len(flat) or len(flat) > _PAIRABLE_PIXELS:
        return None
    starts = np.concatenate(([0], starts))
    lengths = np.diff(starts, append=len(flat))
    colors_of_runs = flat.take(starts)
    cubes = CUBES[mode]
    places = cubes.fine(colors_of_runs)
    try:
        lookup, palette = _Octree(cubes, colors, stable).entries(_filled(places, colors_of_runs, lengths, cubes))
    except _UndecidedError:
        return None
    indices = np.repeat(lookup.take(places), lengths)
    return Quantised(indices.reshape(words.shape), palette)


def _with_one_invisible_color(flat: Words) -> Words:
    """Pillow gives all wholly transparent pixels the colour of the first of them."""
    invisible = flat <= _LARGEST_INVISIBLE
    first = int(invisible.argmax())
    return np.where(invisible, flat[first], flat) if invisible[first] else flat


def _filled(places: npt.NDArray[np.uint32], colors: Words, lengths: _Numbers, cubes: Cubes) -> _Buckets:
    """All buckets of the fine cube; bands are summed in pairs, the last one beside the number of pixels."""
    weights = lengths.astype(np.float64)
    columns = [(colors >> np.uint32(8 * band) & np.uint32(0xFF)).astype(np.float64) for band in range(cubes.bands)]
    columns.append(np.ones_like(weights))
    sums: list[_Numbers] = []
    if len(columns) % 2:
        columns.append(np.zeros_like(weights))
    for low, high in zip(columns[::2], columns[1::2], strict=True):
        pair = np.bincount(places, weights=(low + high * float(1 << _SUM_BITS)) * weights, minlength=cubes.fine_size)
        exact = pair.astype(np.int64)
        sums += [exact & (1 << _SUM_BITS) - 1, exact >> _SUM_BITS]
    return _Buckets(sums[cubes.bands], np.array(sums[: cubes.bands]))


@dataclass(frozen=True, slots=True)
class _Octree:
    cubes: Cubes
    colors: int
    stable: bool

    def entries(self, cube: _Buckets) -> tuple[Bytes, Bytes]:
        """The palette index of each bucket of the fine ``cube``, and the palette: coarse entries, then fine ones."""
        places = np.flatnonzero(cube.pixels)
        fine = cube.pick(places)
        means = fine.means()
        if not np.array_equal(self.cubes.fine(packed(means)), places):
            raise _UndecidedError
        order = fine.fullest_first()
        coarse_places = self.cubes.coarse(packed(means))
        n_coarse, n_fine = self._shares(fine.pixels[order], coarse_places[order])
        chosen, rest = order[:n_fine], order[n_fine:]
        coarse_lookup, coarse_palette = self._coarse_entries(fine.pick(rest), coarse_places[rest], n_coarse)
        lookup = np.zeros(self.cubes.fine_size, np.uint8)
        lookup[places] = coarse_lookup[coarse_places]
        lookup[places[chosen]] = n_coarse + np.arange(len(chosen))
        return lookup, np.concatenate((coarse_palette, means[chosen]))

    def _shares(self, pixels: _Numbers, coarse_places: npt.NDArray[np.uint32]) -> tuple[int, int]:
        """How many coarse and fine buckets get an entry; ``pixels`` and places are those of the fine ones, sorted.

        A coarse bucket that its fine ones have emptied gives its entry to a further fine one.
        """
        n_coarse = min(len(np.unique(coarse_places)), self.colors)
        while True:
            n_fine = self.colors - n_coarse
            self._check_cut(pixels, n_fine)
            still_used = len(np.unique(coarse_places[n_fine:]))
            if n_coarse <= still_used:
                return n_coarse, n_fine
            n_coarse = still_used

    def _coarse_entries(
        self, rest: _Buckets, coarse_places: npt.NDArray[np.uint32], entries: int
    ) -> tuple[Bytes, Bytes]:
        """Palette index of each coarse bucket, and the colours of the ``entries`` fullest, made of the ``rest``."""
        places, owner = np.unique(coarse_places, return_inverse=True)
        columns = (rest.pixels, *rest.sums)
        pixels, *sums = (np.bincount(owner, weights=column).astype(np.int64) for column in columns)
        coarse = _Buckets(pixels, np.array(sums))
        order = coarse.fullest_first()
        self._check_cut(pixels[order], entries)
        order = order[:entries]
        palette = coarse.pick(order).means()
        if not np.array_equal(self.cubes.coarse(packed(palette)), places[order]):
            raise _UndecidedError
        lookup = np.zeros(self.cubes.coarse_size, np.uint8)
        lookup[places[order]] = np.arange(len(order))
        return lookup, palette

    def _check_cut(self, sorted_pixels: _Numbers, cut: int) -> None:
        if not self.stable and 0 < cut < len(sorted_pixels) and sorted_pixels[cut - 1] == sorted_pixels[cut]:
            raise _UndecidedError

"""Pillow's fast octree quantiser, computed over runs of equal pixels instead of over pixels.

Maps consist of runs: a tile of 65,536 pixels often has a few hundred.  The algorithm is that of Pillow's
``Quantize.FASTOCTREE``: colours fall into a fine and a coarse cube of buckets; the fullest fine buckets get a palette
entry each, and what is left shares one entry per coarse bucket; an entry is the mean colour of its pixels.  Pixels
come out equal to Pillow's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
BLOCK_PIXELS = 1 << 18

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


class _Runs(NamedTuple):
    """Runs of equal pixels: their colours, the fine buckets these fall into, and their lengths."""

    colors: Words
    places: npt.NDArray[np.intp]
    lengths: _Numbers


def quantised(words: Words, colors: int, mode: str, *, stable: bool) -> Quantised | None:
    """``words`` in at most ``colors`` colours, or None where Pillow should do it.

    ``stable`` says whether Pillow's sort keeps the order of equally full buckets, which is up to the C library.
    """
    flat = words.reshape(-1)
    if mode != "RGB":
        # Pillow gives all wholly transparent pixels the colour of the first of them.
        flat = _with_invisible(flat, _first_invisible(flat))
    cubes = CUBES[mode]
    blocks: list[_Runs] = []
    for start in range(0, len(flat), BLOCK_PIXELS):
        runs = _runs(flat[start : start + BLOCK_PIXELS], cubes)
        if runs is None:
            return None
        blocks.append(runs)
    try:
        lookup, palette = _Octree(cubes, colors, stable).entries(_all_filled(blocks, cubes))
    except _UndecidedError:
        return None
    indices = [np.repeat(lookup.take(runs.places), runs.lengths) for runs in blocks]
    whole = indices[0] if len(indices) == 1 else np.concatenate(indices)
    return Quantised(whole.reshape(words.shape), palette)


class Palette:
    """A palette for pixels that are looked at block by block, each time anew: large images are never held twice.

    Args:
        cubes: the cubes of the mode.
        lookup: the index of each bucket of the fine cube.
        colors: ``(entries, bands)``.
        invisible: the word of all pixels that are wholly transparent; None if there are none.
    """

    def __init__(self, cubes: Cubes, lookup: Bytes, colors: Bytes, invisible: int | None) -> None:
        self.colors = colors
        self._cubes = cubes
        self._lookup = lookup
        self._invisible = invisible

    @staticmethod
    def of(blocks: Iterable[Words], colors: int, mode: str, *, stable: bool) -> Palette | None:
        """The palette of at most ``colors`` for blocks of at most ``BLOCK_PIXELS``; None as :func:`quantised`."""
        cubes = CUBES[mode]
        invisible: int | None = None
        total: _Buckets | None = None
        for block in blocks:
            flat = block.reshape(-1)
            if mode != "RGB":
                invisible = _first_invisible(flat) if invisible is None else invisible
                flat = _with_invisible(flat, invisible)
            runs = _runs(flat, cubes, most=1.0)
            assert runs is not None
            filled = _filled(runs, cubes)
            total = filled if total is None else _Buckets(total.pixels + filled.pixels, total.sums + filled.sums)
        if total is None:
            return None
        try:
            return Palette(cubes, *_Octree(cubes, colors, stable).entries(total), invisible)
        except _UndecidedError:
            return None

    def indices(self, block: Words) -> Bytes:
        """The palette index of each pixel, in the shape of the block."""
        flat = _with_invisible(block.reshape(-1), self._invisible)
        return self._lookup.take(self._cubes.fine(flat)).reshape(block.shape)


def _first_invisible(flat: Words) -> int | None:
    invisible = flat <= _LARGEST_INVISIBLE
    first = int(invisible.argmax())
    return int(flat[first]) if invisible[first] else None


def _with_invisible(flat: Words, invisible: int | None) -> Words:
    return flat if invisible is None else np.where(flat <= _LARGEST_INVISIBLE, np.uint32(invisible), flat)


def _runs(flat: Words, cubes: Cubes, most: float = _WORTHWHILE) -> _Runs | None:
    """The runs of at most ``BLOCK_PIXELS``, or None where there are more of them than ``most`` of the pixels."""
    starts = np.flatnonzero(flat[1:] != flat[:-1])
    if len(starts) > most * len(flat):
        return None
    starts += 1
    starts = np.concatenate(([0], starts))
    colors = flat.take(starts)
    return _Runs(colors, cubes.fine(colors).astype(np.intp), np.diff(starts, append=len(flat)))


def _all_filled(blocks: Sequence[_Runs], cubes: Cubes) -> _Buckets:
    filled = [_filled(runs, cubes) for runs in blocks]
    if len(filled) == 1:
        return filled[0]
    pixels, sums = np.sum([each.pixels for each in filled], axis=0), np.sum([each.sums for each in filled], axis=0)
    return _Buckets(pixels, sums)


def _filled(runs: _Runs, cubes: Cubes) -> _Buckets:
    """All buckets of the fine cube; bands are summed in pairs, the last one beside the number of pixels."""
    weights = runs.lengths.astype(np.float64)
    sums: list[_Numbers] = []
    for low in range(0, cubes.bands + 1, 2):
        values = _shifted(runs.colors, low, 0) if low < cubes.bands else 1.0
        if low + 1 < cubes.bands:
            values += _shifted(runs.colors, low + 1, _SUM_BITS)
        elif low < cubes.bands:
            values += float(1 << _SUM_BITS)
        pair = np.bincount(runs.places, weights=values * weights, minlength=cubes.fine_size).astype(np.int64)
        sums += [pair & (1 << _SUM_BITS) - 1, pair >> _SUM_BITS]
    return _Buckets(sums[cubes.bands], np.array(sums[: cubes.bands]))


def _shifted(colors: Words, band: int, bits: int) -> npt.NDArray[np.float64]:
    """The values of a band, moved up by so many ``bits``."""
    return (colors & np.uint32(0xFF << 8 * band)).astype(np.float64) * 2.0 ** (bits - 8 * band)


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
        words = packed(means)
        if not np.array_equal(self.cubes.fine(words), places):
            raise _UndecidedError
        order = fine.fullest_first()
        coarse_places = self.cubes.coarse(words)
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
        n_coarse = min(self._coarse_in_use(coarse_places), self.colors)
        while True:
            n_fine = self.colors - n_coarse
            self._check_cut(pixels, n_fine)
            still_used = self._coarse_in_use(coarse_places[n_fine:])
            if n_coarse <= still_used:
                return n_coarse, n_fine
            n_coarse = still_used

    def _coarse_in_use(self, coarse_places: npt.NDArray[np.uint32]) -> int:
        return int(np.count_nonzero(np.bincount(coarse_places, minlength=self.cubes.coarse_size)))

    def _coarse_entries(
        self, rest: _Buckets, coarse_places: npt.NDArray[np.uint32], entries: int
    ) -> tuple[Bytes, Bytes]:
        """Palette index of each coarse bucket, and the colours of the ``entries`` fullest, made of the ``rest``."""
        pixels, *sums = (
            np.bincount(coarse_places, weights=column, minlength=self.cubes.coarse_size).astype(np.int64)
            for column in (rest.pixels, *rest.sums)
        )
        places = np.flatnonzero(pixels)
        coarse = _Buckets(pixels, np.array(sums)).pick(places)
        order = coarse.fullest_first()
        self._check_cut(coarse.pixels[order], entries)
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

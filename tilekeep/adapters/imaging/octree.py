"""Pillow's fast octree quantiser, computed over runs of equal pixels instead of over pixels.

Maps consist of runs: a tile of 65,536 pixels often has a few hundred.  The algorithm is that of Pillow's
``Quantize.FASTOCTREE``: colours fall into a fine and a coarse cube of buckets; the fullest fine buckets get a palette
entry each, and what is left shares one entry per coarse bucket; an entry is the mean colour of its pixels.  Pixels
come out equal to Pillow's.  Where its result hangs on the order in which a sort leaves equals, there is no answer here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.pixels import Bytes, Words

#: Above this share of runs per pixel Pillow is as fast.
_WORTHWHILE = 0.3

#: Bits per band, red first, of the fine cube without and with alpha; the coarse cube has two of each.
_FINE_BITS = {"RGB": (4, 4, 4), "RGBA": (3, 4, 3, 3)}
_COARSE_BITS = 2

_Numbers = npt.NDArray[np.int64]
_Sums = npt.NDArray[np.float64]


class Quantised(NamedTuple):
    """Palette indices in the shape of the pixels, and the palette as ``(entries, bands)`` bytes."""

    indices: Bytes
    palette: Bytes


class _Buckets(NamedTuple):
    """Used fine buckets: place in the cube, pixels, sums per band ``(bands, n)``, place in the coarse cube."""

    place: _Numbers
    pixels: _Numbers
    sums: _Sums
    coarse: _Numbers


class _Ambiguous(Exception):
    """The result depends on how a sort orders equal counts, or on rounding across buckets."""


def quantised(words: Words, colors: int, mode: str) -> Quantised | None:
    """``words`` in at most ``colors`` colours, or None where Pillow should do it."""
    flat = words.reshape(-1)
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if len(starts) > _WORTHWHILE * len(flat):
        return None
    starts = np.concatenate(([0], starts))
    lengths = np.diff(starts, append=len(flat))
    bands = [(flat[starts] >> np.uint32(8 * band) & np.uint32(255)).astype(np.int64) for band in range(len(mode))]
    try:
        places, lookup, palette = _palette(bands, lengths, colors, mode)
    except _Ambiguous:
        return None
    return Quantised(np.repeat(lookup[places], lengths).reshape(words.shape), palette)


def _palette(bands: list[_Numbers], lengths: _Numbers, colors: int, mode: str) -> tuple[_Numbers, Bytes, Bytes]:
    """The fine bucket of each run, the palette index of each fine bucket, and the palette."""
    bits = _FINE_BITS[mode]
    places = _place(bands, bits)
    fine = _filled(places, bands, lengths, bits)
    order = np.argsort(-fine.pixels, kind="stable")
    coarse_count = np.bincount(fine.coarse, weights=fine.pixels, minlength=1 << _COARSE_BITS * len(bits))
    n_coarse, n_fine = _shares(coarse_count.astype(np.int64), fine, order, colors)
    chosen, rest = order[:n_fine], order[n_fine:]
    coarse_lookup, coarse_palette = _coarse_entries(fine, rest, n_coarse)
    lookup = np.zeros(1 << sum(bits), np.uint8)
    lookup[fine.place] = coarse_lookup[fine.coarse]
    lookup[fine.place[chosen]] = n_coarse + np.arange(len(chosen))
    fine_palette = _means(fine.sums[:, chosen], fine.pixels[chosen])
    return places, lookup, np.concatenate((coarse_palette, fine_palette))


def _place(bands: list[_Numbers], bits: tuple[int, ...]) -> _Numbers:
    place = np.zeros_like(bands[0])
    for band, width in zip(bands, bits, strict=True):
        place = place << width | band >> 8 - width
    return place


def _filled(places: _Numbers, bands: list[_Numbers], lengths: _Numbers, bits: tuple[int, ...]) -> _Buckets:
    """The used fine buckets.  The mean of each must lie in it, as it does unless single precision fails Pillow."""
    counts = np.bincount(places, weights=lengths)
    used = np.flatnonzero(counts)
    count = counts[used].astype(np.int64)
    sums = np.array([np.bincount(places, weights=lengths * band)[used] for band in bands])
    means = [mean.astype(np.int64) for mean in _means(sums, count).T]
    if not np.array_equal(_place(means, bits), used):
        raise _Ambiguous
    return _Buckets(used, count, sums, _place(means, (_COARSE_BITS,) * len(bits)))


def _shares(coarse_count: _Numbers, fine: _Buckets, order: _Numbers, colors: int) -> tuple[int, int]:
    """How many coarse and fine buckets get an entry: what the fine ones empty gives its place to further fine ones."""
    left = coarse_count.copy()
    n_coarse = min(int(np.count_nonzero(left)), colors)
    n_fine = 0
    while True:
        subtracted, n_fine = n_fine, colors - n_coarse
        _check_cut(fine.pixels[order], n_fine)
        gone = order[subtracted:n_fine]
        np.subtract.at(left, fine.coarse[gone], fine.pixels[gone])
        still_used = int(np.count_nonzero(left))
        if n_coarse <= still_used:
            return n_coarse, n_fine
        n_coarse = still_used


def _check_cut(sorted_counts: _Numbers, cut: int) -> None:
    if 0 < cut < len(sorted_counts) and sorted_counts[cut - 1] == sorted_counts[cut]:
        raise _Ambiguous


def _coarse_entries(fine: _Buckets, rest: _Numbers, entries: int) -> tuple[Bytes, Bytes]:
    """Palette index of each coarse bucket, and the colours of the ``entries`` fullest ones, from the ``rest``."""
    size = 1 << _COARSE_BITS * len(fine.sums)
    counts = np.bincount(fine.coarse[rest], weights=fine.pixels[rest], minlength=size).astype(np.int64)
    used = np.flatnonzero(counts)
    order = used[np.argsort(-counts[used], kind="stable")]
    _check_cut(counts[order], entries)
    order = order[:entries]
    sums = np.array([np.bincount(fine.coarse[rest], weights=band[rest], minlength=size)[order] for band in fine.sums])
    palette = _means(sums, counts[order])
    if not np.array_equal(_place([band.astype(np.int64) for band in palette.T], (_COARSE_BITS,) * len(sums)), order):
        raise _Ambiguous
    lookup = np.zeros(size, np.uint8)
    lookup[order] = np.arange(len(order))
    return lookup, palette


def _means(sums: _Sums, counts: _Numbers) -> Bytes:
    """Mean colours, one row each: truncated quotients in single precision, as Pillow computes them."""
    return (sums.astype(np.float32) / counts.astype(np.float32)).astype(np.uint8).T

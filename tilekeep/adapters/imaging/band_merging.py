"""One image out of bands of others, by Pillow (spec/caches.md, 11)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from PIL import Image, ImageChops

from tilekeep.adapters.imaging.pillow_encoding import opaque
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.geometry import Size

_ALPHA = 3
_LARGEST = 255
_REPLACES = 1.0
_VALUES = range(_LARGEST + 1)


def merged_bands(images: Sequence[Image.Image], mix: BandMix, size: Size) -> Image.Image:
    """The image of ``size`` pixels that ``mix`` makes of ``images``, which all have that size."""
    given = {number: _bands(image, _asked_of(mix, number)) for number, image in enumerate(images)}
    result: dict[int, Image.Image] = {}
    for part in mix.parts:
        _put(result, part, given[part.image][part.band])
    empty = {band: _LARGEST if band == _ALPHA else 0 for band in range(len(mix.mode))}
    bands = [result.get(band) or Image.new("L", size, value) for band, value in empty.items()]
    return bands[0] if mix.mode == "L" else Image.merge(mix.mode, bands)


def _asked_of(mix: BandMix, number: int) -> frozenset[int]:
    return frozenset(part.band for part in mix.parts if part.image == number)


def _bands(image: Image.Image, asked: frozenset[int]) -> Mapping[int, Image.Image]:
    """The bands that are asked for: of grey images all three colours are the same."""
    if not asked:
        return {}
    if image.mode.startswith(("I", "F")):
        deep = image.convert("I")
        return dict.fromkeys(range(_ALPHA), deep) | {_ALPHA: Image.new("L", image.size, _LARGEST)}
    full = image.convert("RGBA") if _ALPHA in asked else opaque(image)
    return dict(enumerate(full.split()))


def _put(result: dict[int, Image.Image], part: BandPart, band: Image.Image) -> None:
    if part.factor == _REPLACES:
        result[part.target] = band.convert("L")
        return
    scaled = _scaled(band, part.factor)
    below = result.get(part.target)
    result[part.target] = scaled if below is None else ImageChops.add(below, scaled)


def _scaled(band: Image.Image, factor: float) -> Image.Image:
    """The values times ``factor`` in single precision, their fraction cut off, from 0 to 255."""
    if band.mode == "L":
        return band.point([_clipped(value, factor) for value in _VALUES])
    return band.convert("F").point(lambda value: value * factor + 0.0).convert("L")


def _clipped(value: int, factor: float) -> int:
    product = _single(value * _single(factor))
    return int(min(max(product, 0.0), float(_LARGEST)))


def _single(value: float) -> float:
    """The nearest number in single precision."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded

"""Encoded images side by side as words (spec/config-globals-grids.md, 8.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.mosaics import in_full_color
from tilekeep.adapters.imaging.pixels import OPAQUE, FastRaster, Words, words_from_image
from tilekeep.domain.errors import ImageError
from tilekeep.ports.imaging import Canvas, EncodedPlacement


def mosaic_words(
    canvas: Canvas, tiles: Sequence[EncodedPlacement], decode: Callable[[bytes], FastRaster]
) -> tuple[Words, list[int]]:
    """As :func:`tilekeep.adapters.imaging.mosaics.mosaic_of`, in words."""
    red, green, blue = canvas.background or WHITE
    blank = np.uint32(red | green << 8 | blue << 16 | (0 if canvas.transparent else 0xFF000000))
    result = np.full((canvas.size.height, canvas.size.width), blank, np.uint32)
    undecodable = []
    for position, tile in enumerate(tiles):
        try:
            raster = decode(tile.body)
        except ImageError:
            undecodable.append(position)
        else:
            _lay(result, _full_words(raster), tile, keep_alpha=canvas.transparent)
    return result, undecodable


def _full_words(raster: FastRaster) -> Words:
    words = raster.words
    if words is None:
        mode = "RGB" if raster.mode == "RGB" and "transparency" not in raster.image.info else "RGBA"
        image = in_full_color(raster.image, mode)
        image.info = {}
        words = words_from_image(image)
        assert words is not None
    return words


def _lay(result: Words, words: Words, tile: EncodedPlacement, *, keep_alpha: bool) -> None:
    """Copies ``words`` to where the tile stands, as much of it as there is room for."""
    x, y = max(-tile.left, 0), max(-tile.top, 0)
    place = result[
        max(tile.top, 0) : max(tile.top + len(words), 0), max(tile.left, 0) : max(tile.left + words.shape[1], 0)
    ]
    part = words[y : y + place.shape[0], x : x + place.shape[1]]
    if keep_alpha:
        place[...] = part
    else:
        np.bitwise_or(part, OPAQUE, out=place)

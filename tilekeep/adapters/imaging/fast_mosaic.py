"""Encoded images side by side as words (spec/config-globals-grids.md, 8.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tilekeep.adapters.imaging.indexed_png import IndexedImage
from tilekeep.adapters.imaging.mosaics import in_full_color
from tilekeep.adapters.imaging.pixels import OPAQUE, Bytes, FastRaster, Words, words_from_image
from tilekeep.domain.errors import ImageError
from tilekeep.ports.imaging import Canvas, EncodedPlacement

#: Writes what each index stands for in a table of 256 words into words of the same shape.
LookUp = Callable[[Bytes, Words, Words], None]


def look_up(indexes: Bytes, table: Words, words: Words) -> None:
    """By NumPy."""
    words[...] = table.take(indexes, mode="wrap")


def mosaic_words(
    canvas: Canvas,
    tiles: Sequence[EncodedPlacement],
    decode: Callable[[bytes], FastRaster | IndexedImage],
    look_up: LookUp = look_up,
) -> tuple[Words, list[int]]:
    """As :func:`tilekeep.adapters.imaging.mosaics.mosaic_of`, in words."""
    red, green, blue, alpha = canvas.color
    blank = np.uint32(red | green << 8 | blue << 16 | alpha << 24)
    result = np.full((canvas.size.height, canvas.size.width), blank, np.uint32)
    always = np.uint32(0) if canvas.transparent else OPAQUE
    undecodable = []
    for position, tile in enumerate(tiles):
        try:
            image = _pixels(decode(tile.body))
        except ImageError:
            undecodable.append(position)
            continue
        if isinstance(image, IndexedImage) and image.table.shape[1] == 1:
            place, seen = _overlap(result, image.rows.shape, tile)
            if place.size:
                look_up(image.rows[seen], image.table[:, 0] | always, place)
        else:
            words = image.words if isinstance(image, IndexedImage) else image
            place, seen = _overlap(result, words.shape, tile)
            np.bitwise_or(words[seen], always, out=place)
    return result, undecodable


def _overlap(result: Words, shape: tuple[int, ...], tile: EncodedPlacement) -> tuple[Words, tuple[slice, slice]]:
    """The part of the canvas that a tile of ``shape`` takes, and which part of the tile is seen there."""
    rows, columns = shape
    x, y = max(-tile.left, 0), max(-tile.top, 0)
    place = result[max(tile.top, 0) : max(tile.top + rows, 0), max(tile.left, 0) : max(tile.left + columns, 0)]
    return place, (slice(y, y + place.shape[0]), slice(x, x + place.shape[1]))


def _pixels(image: FastRaster | IndexedImage) -> Words | IndexedImage:
    """All pixels, of a raster that is lazy too, which may be damaged."""
    return image if isinstance(image, IndexedImage) else _full_words(image)


def _full_words(raster: FastRaster) -> Words:
    words = raster.words
    if words is None:
        mode = "RGB" if raster.mode == "RGB" and "transparency" not in raster.image.info else "RGBA"
        image = in_full_color(raster.image, mode)
        image.info = {}
        words = words_from_image(image)
        assert words is not None
    return words

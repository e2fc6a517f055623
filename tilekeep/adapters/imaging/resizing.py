"""Maps of another resolution by Pillow (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

import math
from typing import NamedTuple

from PIL import Image

from tilekeep.adapters.imaging.padding import with_repeated_edges
from tilekeep.adapters.imaging.warped_canvas import empty, lay, whitened
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import PixelBox, Rescaling

#: Pixels on each side of the place looked at that the widest filter needs.
_SUPPORT = 3


class Inside(NamedTuple):
    """The pixels of a map, along one axis, whose centres lie in the raster, and which stretch of it they show."""

    first: int
    number: int
    low: float
    high: float


def inside(low: float, high: float, pixels: int, raster_pixels: int) -> Inside:
    """Which of ``pixels`` between ``low`` and ``high`` show a raster that reaches from 0 to ``raster_pixels``."""
    step = (high - low) / pixels
    first = max(math.ceil(-low / step - 0.5), 0)
    end = min(math.ceil((raster_pixels - low) / step - 0.5), pixels)
    # A pixel that is larger than the raster shows no more than this much around it.
    farthest = 2 * raster_pixels
    return Inside(first, max(end - first, 0), max(low + first * step, -farthest), min(low + end * step, farthest))


def rescaled(image: Image.Image, warp: Rescaling, resampling: Image.Resampling, *, transparent: bool) -> Image.Image:
    """``image``, whose values may be mixed, drawn anew."""
    left, top, right, bottom = warp.part
    columns = inside(left, right, warp.size.width, image.width)
    rows = inside(top, bottom, warp.size.height, image.height)
    if not (columns.number and rows.number):
        return empty(image, warp.size, transparent=transparent)
    part = PixelBox(columns.low, rows.low, columns.high, rows.high)
    drawn = _resized(image, part, Size(columns.number, rows.number), resampling)
    if drawn.size == warp.size:
        return drawn
    result = empty(drawn, warp.size, transparent=transparent)
    lay(result, drawn, (columns.first, rows.first))
    return result


def _resized(image: Image.Image, part: PixelBox, size: Size, resampling: Image.Resampling) -> Image.Image:
    """``part`` of ``image`` in another size; the filter widens where pixels are merged, so that nothing is lost.

    Beyond the edges, where the part may reach by half a pixel of the result, the outermost pixels are repeated.
    """
    margin_x = _margin(part.right - part.left, size.width)
    margin_y = _margin(part.bottom - part.top, size.height)
    box = (
        math.floor(part.left) - margin_x if part.left > margin_x else min(math.floor(part.left), 0),
        math.floor(part.top) - margin_y if part.top > margin_y else min(math.floor(part.top), 0),
        max(min(math.ceil(part.right) + margin_x, image.width), math.ceil(part.right)),
        max(min(math.ceil(part.bottom) + margin_y, image.height), math.ceil(part.bottom)),
    )
    source = with_repeated_edges(image, box)
    left, top, right, bottom = part.left - box[0], part.top - box[1], part.right - box[0], part.bottom - box[1]
    return whitened(source.resize(size, resampling, box=(left, top, right, bottom)))


def _margin(length: float, pixels: int) -> int:
    return math.ceil(_SUPPORT * max(length / pixels, 1.0))

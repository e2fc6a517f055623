"""Where a map of OGC API lies and how large it is, out of the measures that a client gives (OGC 20-058, 8)."""

from __future__ import annotations

import math
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter, MapTooLarge
from tilekeep.domain.geometry import BBox, Size

#: The longest side of a map for which no size is asked, in pixels.
USUAL_SIDE = 1024

#: No map has more pixels on one side; larger numbers are no sizes.
_LARGEST_SIDE = 2**31 - 1


class WantedFrame(NamedTuple):
    """What a client gives; everything in the SRS of the map, x/y order, and None for what it does not give.

    :ivar resolution: SRS units per pixel.
    """

    width: int | None = None
    height: int | None = None
    bbox: BBox | None = None
    center: tuple[float, float] | None = None
    resolution: float | None = None


class Frame(NamedTuple):
    """The box of a map and its size in pixels."""

    bbox: BBox
    size: Size


def framed(wanted: WantedFrame, extent: BBox, nominal_resolution: float | None, usual_side: int = USUAL_SIDE) -> Frame:
    """The map that is meant: what is not given follows from the ``extent`` of its layers and their resolution.

    A width or height without a box cuts a part out of the map, around its centre; with a box it scales.

    Args:
        wanted: what the client gives.
        extent: of the layers, in the SRS of the map.
        nominal_resolution: at which the layers are meant to be seen, SRS units per pixel; None if nobody has said.
        usual_side: the longest side of a map for which no size is asked, in pixels.

    :raises InvalidParameter: measures that exclude each other, or too few of them.
    :raises MapTooLarge: more pixels on a side than any image has.
    """
    _refuse_contradictions(wanted)
    box = wanted.bbox or extent
    if wanted == WantedFrame() or wanted.bbox is not None:
        return Frame(box, _size_of(box, wanted, usual_side))
    resolution = wanted.resolution or nominal_resolution
    if resolution is None:
        raise InvalidParameter(
            "a map by its size or centre needs a scale, and its layers have none of their own: add scale-denominator",
            locator="scale-denominator",
        )
    x, y = wanted.center or ((extent.min_x + extent.max_x) / 2, (extent.min_y + extent.max_y) / 2)
    size = _proportional(extent, wanted.width, wanted.height, usual_side)
    across, up = size.width * resolution / 2, size.height * resolution / 2
    return Frame(BBox(x - across, y - up, x + across, y + up), size)


def _refuse_contradictions(wanted: WantedFrame) -> None:
    if wanted.bbox is None:
        return
    if wanted.center is not None:
        raise InvalidParameter("bbox and center exclude each other", locator="center")
    if wanted.resolution is not None and (wanted.width is not None or wanted.height is not None):
        message = "bbox and scale-denominator say how large the map is; leave out width and height"
        raise InvalidParameter(message, locator="scale-denominator")


def _size_of(box: BBox, wanted: WantedFrame, usual_side: int) -> Size:
    if wanted.resolution is not None:
        return Size(_pixels(box.width / wanted.resolution), _pixels(box.height / wanted.resolution))
    return _proportional(box, wanted.width, wanted.height, usual_side)


def _proportional(box: BBox, width: int | None, height: int | None, usual_side: int) -> Size:
    """The given width and height; what is missing is in the proportions of the box."""
    if width is not None and height is not None:
        return Size(width, height)
    ratio = box.width / box.height if box.height > 0 else math.inf
    if width is None and height is None:
        width, height = (usual_side, None) if ratio >= 1 else (None, usual_side)
    if width is not None:
        return Size(width, _pixels(width / ratio) if ratio else _LARGEST_SIDE)
    assert height is not None, "one of the two is given by now"
    return Size(_pixels(height * ratio), height)


def _pixels(length: float) -> int:
    if not length < _LARGEST_SIDE:
        raise MapTooLarge("image size too large: one of its sides has no end", locator="bbox")
    return max(1, round(length))

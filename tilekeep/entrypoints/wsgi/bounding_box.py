"""The parameter ``bbox`` (spec/services.md, 3.4)."""

from __future__ import annotations

import math

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.entrypoints.wsgi.numbers import number

_COORDINATES = 4

#: No SRS has coordinates as large as this; neighbouring numbers are an eighth apart there.
_LARGEST_COORDINATE = 1e15


def bounding_box(text: str) -> BBox:
    """The box in the order in which it is written.

    :raises InvalidParameter: not four finite numbers, or none of its sides has a length.
    """
    parts = text.split(",", _COORDINATES)
    if len(parts) != _COORDINATES:
        raise _invalid(text, "it needs four numbers: minx,miny,maxx,maxy")
    numbers = [value for value in map(number, parts) if value is not None]
    if len(numbers) != _COORDINATES:
        raise _invalid(text, "not all of it are finite numbers")
    box = BBox(*numbers)
    if max(map(abs, box)) > _LARGEST_COORDINATE:
        raise _invalid(text, "it reaches beyond every SRS")
    if box.min_x >= box.max_x or box.min_y >= box.max_y:
        raise _invalid(text, "minx has to be below maxx, miny below maxy")
    return box


def require_distinct_pixels(box: BBox, size: Size, text: str) -> None:
    """Returns if the pixels of a map are larger than the steps between neighbouring floating-point numbers.

    :raises InvalidParameter: they are not, so that no place in the map could be calculated; names ``text``.
    """
    step = math.ulp(max(1.0, *map(abs, box)))
    if min(box.width / size.width, box.height / size.height) <= step:
        raise _invalid(text, f"too small for {size.width}x{size.height} pixels")


def swapped(box: BBox) -> BBox:
    """The box with its axes exchanged."""
    return BBox(box.min_y, box.min_x, box.max_y, box.max_x)


def _invalid(text: str, reason: str) -> InvalidParameter:
    return InvalidParameter(f"invalid bbox {text} ({reason})", locator="bbox")

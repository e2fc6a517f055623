"""Numbers, boxes and places in the parameters of maps and tiles (OGC 20-058, 8; spec/services.md, 8.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.bounding_box import bounding_box
from tilekeep.entrypoints.wsgi.numbers import number

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_INTERVAL = re.compile(r"\s*(\w+)\(([^():,]+):([^():,]+)\)\s*", re.ASCII)
_X_AXES = frozenset({"lon", "long", "longitude", "x", "e", "easting"})
_Y_AXES = frozenset({"lat", "latitude", "y", "n", "northing"})

#: Numbers of a box with heights, which maps do not have.
_WITH_HEIGHTS = 6

#: The side of a pixel in millimetres, unless it is given.
USUAL_PIXEL = 0.28


def positive_whole(given: Mapping[str, str], name: str) -> int | None:
    """A whole number above 0, or None if it is not given.

    :raises InvalidParameter: another value.
    """
    text = given.get(name)
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or int(text) == 0:
        raise InvalidParameter(f"invalid {name}: {text} (a whole number of pixels, at least 1)", locator=name)
    return int(text)


def positive(given: Mapping[str, str], name: str) -> float | None:
    """A number above 0, or None if it is not given.

    :raises InvalidParameter: another value.
    """
    text = given.get(name)
    if not text:
        return None
    value = number(text)
    if value is None or value <= 0:
        raise InvalidParameter(f"invalid {name}: {text} (a number above 0)", locator=name)
    return value


def box(text: str) -> BBox:
    """Four numbers in the order in which they are written; of six those that are no heights.

    :raises InvalidParameter: not so many numbers, or none of the sides has a length.
    """
    parts = text.split(",", _WITH_HEIGHTS)
    if len(parts) == _WITH_HEIGHTS:
        del parts[5], parts[2]
    return bounding_box(",".join(parts))


def place(text: str) -> tuple[float, float]:
    """Two numbers in the order in which they are written.

    :raises InvalidParameter: something else.
    """
    numbers = [value for value in map(number, text.split(",", 2)) if value is not None]
    if len(numbers) != 2 or text.count(",") != 1:  # noqa: PLR2004 - the two axes of a plane
        raise InvalidParameter(f"invalid center: {text} (two numbers)", locator="center")
    return numbers[0], numbers[1]


def box_of_intervals(text: str) -> BBox:
    """``Lat(40:50),Lon(5:10)`` as a box in x/y order.

    :raises InvalidParameter: not one interval for each of two axes.
    """
    found: dict[bool, tuple[str, str]] = {}
    for part in text.split(",", 2):
        match = _INTERVAL.fullmatch(part)
        axis = match[1].lower() if match else ""
        if match is None or axis not in _X_AXES | _Y_AXES or (axis in _X_AXES) in found:
            form = "one interval for each of two axes, such as Lat(40:50),Lon(5:10)"
            raise InvalidParameter(f"invalid subset: {text} ({form})", locator="subset")
        found[axis in _X_AXES] = (match[2], match[3])
    if len(found) != 2:  # noqa: PLR2004 - the two axes of a plane
        raise InvalidParameter(f"invalid subset: {text} (it needs two axes)", locator="subset")
    (left, right), (bottom, top) = found[True], found[False]
    try:
        return bounding_box(f"{left},{bottom},{right},{top}")
    except InvalidParameter as error:
        raise InvalidParameter(error.message.replace("invalid bbox", "invalid subset", 1), locator="subset") from error

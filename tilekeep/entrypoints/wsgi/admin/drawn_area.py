"""Areas that people draw on a map, as clients send them: polygons of GeoJSON in any SRS (RFC 7946, 3.1.6)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tilekeep.entrypoints.wsgi.admin.access import Refused

#: Corners of an area; nobody draws more.
MOST_CORNERS = 20_000

_FEWEST_CORNERS = 4

#: Far beyond all coordinates of any SRS.
_FARTHEST = 1e12


def drawn_area(given: Mapping[str, Any], name: str) -> str:
    """The polygon or multipolygon called ``name`` as well-known text, x before y.

    The text is made of numbers alone, whatever was sent.

    :raises Refused: 400.
    """
    geometry = given.get(name)
    if not isinstance(geometry, dict):
        raise _refused(name)
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else None
    if not isinstance(polygons, list) or not polygons:
        raise _refused(name)
    text = ", ".join(_polygon(polygon, name) for polygon in polygons)
    if text.count(" ") > 2 * MOST_CORNERS:
        raise Refused(400, f"{name} has more than {MOST_CORNERS} corners")
    return f"MULTIPOLYGON ({text})"


def _polygon(rings: object, name: str) -> str:
    if not isinstance(rings, list) or not rings:
        raise _refused(name)
    return f"({', '.join(_ring(ring, name) for ring in rings)})"


def _ring(points: object, name: str) -> str:
    if not isinstance(points, list) or len(points) < _FEWEST_CORNERS or points[0] != points[-1]:
        raise _refused(name)
    return f"({', '.join(_point(point, name) for point in points)})"


def _point(point: object, name: str) -> str:
    if not isinstance(point, list) or len(point) < 2:  # noqa: PLR2004 - x and y; heights do not count
        raise _refused(name)
    return f"{_number(point[0], name)} {_number(point[1], name)}"


def _number(value: object, name: str) -> str:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not abs(number) <= _FARTHEST:
        raise _refused(name)
    return repr(number)


def _refused(name: str) -> Refused:
    return Refused(400, f"{name} has to be a Polygon or MultiPolygon of GeoJSON, with closed rings of coordinates")

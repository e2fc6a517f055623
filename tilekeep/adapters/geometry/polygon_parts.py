"""Polygons out of whatever geometries there are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import shapely

from tilekeep.domain.errors import EmptyCoverage

#: Share of the smaller side of a polygon by which its line may move when it is simplified.
_SIMPLIFICATION = 1e-6

#: Far beyond all coordinates of any SRS, in metres, feet or degrees.
_FARTHEST = 1e15


def polygon_parts(geometry: Any) -> list[Any]:
    """The polygons that a geometry consists of, without what has no area."""
    if geometry.geom_type == "Polygon":
        return [] if geometry.is_empty else [geometry]
    if not hasattr(geometry, "geoms"):
        return []
    return [polygon for part in geometry.geoms for polygon in polygon_parts(part)]


def repaired(geometry: Any) -> Any:
    """The geometry, by way of a buffer of no width where it is not valid."""
    return geometry if geometry.is_valid else geometry.buffer(0)


def areal(geometry: Any, otherwise: str) -> Any:
    """The polygons of a geometry as one; lines and points left over by a set operation are dropped.

    :raises EmptyCoverage: there is none; ``otherwise`` is the message.
    """
    parts = polygon_parts(geometry)
    if not parts:
        raise EmptyCoverage(otherwise)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def joined(polygons: Iterable[Any], name: str) -> Any:
    """Polygons of a file called ``name`` as one area (spec/coverages.md, 3.6): simplified, repaired, united.

    :raises EmptyCoverage: there is no area.
    """
    finite = [polygon for polygon in polygons if all(map(_is_somewhere, polygon.bounds))]
    if not finite:
        raise EmptyCoverage(f"there are no polygons in {name!r}; a coverage needs at least one")
    simple = [_simplified(polygon) for polygon in finite]
    united = simple[0] if len(simple) == 1 else shapely.union_all(simple)
    return areal(united, f"the polygons in {name!r} enclose no area; correct them")


def _is_somewhere(coordinate: float) -> bool:
    """Whether a number can be a coordinate; to simplify lines between huge ones GEOS never ends."""
    return math.isfinite(coordinate) and abs(coordinate) <= _FARTHEST


def _simplified(polygon: Any) -> Any:
    min_x, min_y, max_x, max_y = polygon.bounds
    tolerance = min(max_x - min_x, max_y - min_y) * _SIMPLIFICATION
    return repaired(polygon.simplify(tolerance, preserve_topology=True))

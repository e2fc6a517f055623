"""The geometries of a GeoJSON text (RFC 7946)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tilekeep.adapters.drawing.shapes import Line

#: Collections in collections, and no deeper.
_DEEPEST = 20

_POINTS_OF_LINE = 2

#: A ring of three points ends where it starts; some writers leave the last one out.
_POINTS_OF_RING = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What is drawn, in the coordinates of the file; of a polygon the outline comes first, then its holes."""

    points: tuple[tuple[float, float], ...]
    lines: tuple[Line, ...]
    polygons: tuple[tuple[Line, ...], ...]


def features_of(text: str | bytes) -> Features:
    """The geometries of all features; those without one are passed over, as are properties and heights.

    :raises ValueError: it is no GeoJSON; the message says where.
    """
    points: list[tuple[float, float]] = []
    lines: list[Line] = []
    polygons: list[tuple[Line, ...]] = []
    try:
        root = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    for geometry in _geometries(root, 0):
        kind = geometry.get("type")
        coordinates: Any = geometry.get("coordinates")
        try:
            match kind:
                case "Point":
                    points.append(_position(coordinates))
                case "MultiPoint":
                    points += map(_position, coordinates)
                case "LineString":
                    lines.append(_line(coordinates, _POINTS_OF_LINE))
                case "MultiLineString":
                    lines += (_line(line, _POINTS_OF_LINE) for line in coordinates)
                case "Polygon":
                    polygons += _polygons([coordinates])
                case "MultiPolygon":
                    polygons += _polygons(coordinates)
                case _:
                    raise ValueError(f"there is no geometry of type {kind!r}")
        except (TypeError, LookupError, OverflowError) as error:
            raise ValueError(f"a {kind} has no usable coordinates") from error
    return Features(tuple(points), tuple(lines), tuple(polygons))


def _geometries(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The geometries in an object, collections taken apart."""
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")  # noqa: TRY004 - one kind for all
    if depth > _DEEPEST:
        raise ValueError("collections are nested too deeply")
    match value.get("type"):
        case "FeatureCollection":
            yield from _members(value, "features", depth)
        case "GeometryCollection":
            yield from _members(value, "geometries", depth)
        case "Feature":
            if value.get("geometry") is not None:
                yield from _geometries(value["geometry"], depth + 1)
        case _:
            yield value


def _members(value: dict[str, Any], name: str, depth: int) -> Iterator[dict[str, Any]]:
    members = value.get(name)
    if not isinstance(members, list):
        raise ValueError(f"a {value['type']} has no list of {name}")  # noqa: TRY004 - one kind for all
    for member in members:
        yield from _geometries(member, depth + 1)


def _polygons(polygons: list[Any]) -> Iterator[tuple[Line, ...]]:
    for rings in polygons:
        if rings:
            yield tuple(_line(ring, _POINTS_OF_RING) for ring in rings)


def _line(positions: list[Any], fewest: int) -> Line:
    line = tuple(map(_position, positions))
    if len(line) < fewest:
        raise ValueError(f"a line or ring has {len(line)} positions, not at least {fewest}")
    return line


def _position(position: Any) -> tuple[float, float]:
    x, y = float(position[0]), float(position[1])
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a position is not finite")
    return x, y


def in_degrees(features: Features, points: Callable[[Line], list[tuple[float, float]]]) -> Features:
    """The features with all positions transformed by ``points``; positions without image are left out."""

    def moved(line: Line) -> Line:
        return tuple(point for point in points(line) if math.isfinite(point[0]) and math.isfinite(point[1]))

    return Features(
        moved(features.points),
        tuple(line for line in map(moved, features.lines) if len(line) >= _POINTS_OF_LINE),
        tuple(tuple(map(moved, rings)) for rings in features.polygons),
    )

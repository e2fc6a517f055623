"""The countries of the world as rings and lines in degrees, out of a TopoJSON topology.

A topology keeps each stretch of border once, as an arc; countries name the arcs of their rings, a negative number
(``~index``) meaning the arc backwards.  Arcs that two countries share are borders between them, the others are coasts.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from tilekeep.adapters.drawing.shapes import Line

_FULL_TURN = 360.0
_HALF_TURN = 180.0
_SOUTH_POLE = -90.0


@dataclass(frozen=True, slots=True)
class Country:
    """A country.

    :ivar name: its English name.
    :ivar rings: outlines of its parts, the largest first; holes are not drawn, other countries fill them.
    :ivar tint: a small number that no neighbour has.
    """

    name: str
    rings: tuple[Line, ...]
    tint: int


@dataclass(frozen=True, slots=True)
class World:
    """All countries, larger ones first, and the lines between them and around them."""

    countries: tuple[Country, ...]
    borders: tuple[Line, ...]
    coasts: tuple[Line, ...]


def natural_earth() -> World:
    """The world that is shipped with this package."""
    text = resources.files(__package__).joinpath("data", "countries-110m.json").read_text(encoding="utf-8")
    return world_from_topology(json.loads(text), "countries")


def world_from_topology(topology: dict[str, Any], name: str) -> World:
    """The object ``name`` of a quantised topology."""
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    geometries = topology["objects"][name]["geometries"]
    uses = Counter(arc if arc >= 0 else ~arc for geometry in geometries for arc in _arc_numbers(geometry))
    tints = _tints(geometries)
    countries = [_country(geometry, arcs, tint) for geometry, tint in zip(geometries, tints, strict=True)]
    countries.sort(key=lambda country: -_area(country.rings[0]))
    return World(
        tuple(countries),
        tuple(_continuous(arcs[arc]) for arc, count in uses.items() if count > 1),
        tuple(_continuous(arcs[arc]) for arc, count in uses.items() if count == 1),
    )


def _arc(deltas: Iterable[list[int]], transform: dict[str, list[float]]) -> Line:
    """Quantised differences as degrees (TopoJSON specification, 2.2.1)."""
    (scale_x, scale_y), (x0, y0) = transform["scale"], transform["translate"]
    totals = itertools.accumulate(deltas, lambda total, delta: [total[0] + delta[0], total[1] + delta[1]])
    return tuple((x0 + x * scale_x, y0 + y * scale_y) for x, y in totals)


def _polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    if geometry["type"] == "MultiPolygon":
        return list(geometry["arcs"])
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else []


def _arc_numbers(geometry: dict[str, Any]) -> Iterator[int]:
    for polygon in _polygons(geometry):
        for ring in polygon:
            yield from ring


def _country(geometry: dict[str, Any], arcs: list[Line], tint: int) -> Country:
    rings = [_closed(_ring(polygon[0], arcs)) for polygon in _polygons(geometry)]
    rings.sort(key=lambda ring: -_area(ring))
    return Country(geometry["properties"]["name"], tuple(rings), tint)


def _ring(numbers: list[int], arcs: list[Line]) -> Line:
    points: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return _continuous(tuple(points))


def _continuous(line: Line) -> Line:
    """``line`` with whole turns added where it jumps across the antimeridian."""
    result = [line[0]]
    turn = 0.0
    for (before, _), (longitude, latitude) in itertools.pairwise(line):
        if longitude - before > _HALF_TURN:
            turn -= _FULL_TURN
        elif before - longitude > _HALF_TURN:
            turn += _FULL_TURN
        result.append((longitude + turn, latitude))
    return tuple(result)


def _closed(ring: Line) -> Line:
    """``ring``, or for one that runs around the south pole instead of closing, the area down to the pole."""
    (first, _), (last, _) = ring[0], ring[-1]
    if abs(last - first) < _HALF_TURN:
        return ring
    return (*ring, (last, _SOUTH_POLE), (first, _SOUTH_POLE))


def _area(ring: Line) -> float:
    """Area in square degrees, good enough to sort by."""
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def _tints(geometries: list[dict[str, Any]]) -> list[int]:
    """The smallest number for each country that none of its neighbours got before it."""
    owners: dict[int, set[int]] = defaultdict(set)
    for index, geometry in enumerate(geometries):
        for arc in _arc_numbers(geometry):
            owners[arc if arc >= 0 else ~arc].add(index)
    neighbours: dict[int, set[int]] = defaultdict(set)
    for one, other in itertools.chain.from_iterable(itertools.permutations(group, 2) for group in owners.values()):
        neighbours[one].add(other)
    tints: list[int] = []
    for index in range(len(geometries)):
        taken = {tints[other] for other in neighbours[index] if other < index}
        tints.append(next(tint for tint in itertools.count() if tint not in taken))
    return tints

"""Features in one SRS: long edges divided before they are projected, since they become curves."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from tilekeep.adapters.drawing.shapes import Line, Plane, Shape
from tilekeep.adapters.sources.geojson.features import Features

#: Degrees along one edge without a point.
_LONGEST_EDGE = 1.0

#: Points put into one edge at most; coordinates that are no degrees must not cost memory.
_MOST_PARTS = 360


@dataclass(frozen=True, slots=True)
class ProjectedFeatures:
    """What is drawn, in SRS units."""

    points: tuple[Shape, ...]
    lines: tuple[Shape, ...]
    polygons: tuple[tuple[Shape, ...], ...]


def projected(features: Features, plane: Plane) -> ProjectedFeatures:
    """``features``, which are in degrees, in a plane; what has no image in it is left out."""
    polygons: list[tuple[Shape, ...]] = []
    for rings in features.polygons:
        shapes = [plane.shape(_divided(_closed(ring))) for ring in rings if ring]
        if shapes and shapes[0] is not None:
            polygons += plane.turned(tuple(shape for shape in shapes if shape is not None))
    return ProjectedFeatures(
        tuple(plane.shapes(((point,) for point in features.points), fewest=1)),
        tuple(plane.shapes(map(_divided, features.lines))),
        tuple(polygons),
    )


def _closed(ring: Line) -> Line:
    return ring if ring[0] == ring[-1] else (*ring, ring[0])


def _divided(line: Line) -> Line:
    """The line with no edge longer than :data:`_LONGEST_EDGE`."""
    return (*itertools.chain.from_iterable(_edge(*ends) for ends in itertools.pairwise(line)), line[-1])


def _edge(start: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """The points of an edge but its last one."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    parts = min(_MOST_PARTS, max(1, math.ceil(max(abs(dx), abs(dy)) / _LONGEST_EDGE)))
    return ((start[0] + dx * i / parts, start[1] + dy * i / parts) for i in range(parts))

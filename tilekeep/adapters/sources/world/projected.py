"""The world in one SRS: every line projected once, with the box around it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tilekeep.adapters.sources.world.topology import Country, Line, World
from tilekeep.domain.geometry import BBox
from tilekeep.ports.projection import Transform

_FULL_TURN = 360.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A line or ring in SRS units, and the boxes around it in SRS units and in degrees."""

    points: Line
    bbox: BBox
    degrees: BBox

    def shifted(self, dx: float, turns: int) -> Shape:
        """The same shape ``dx`` further east, which is so many turns around the world."""
        return Shape(
            tuple((x + dx, y) for x, y in self.points),
            moved_east(self.bbox, dx),
            moved_east(self.degrees, turns * _FULL_TURN),
        )


@dataclass(frozen=True, slots=True)
class ProjectedCountry:
    """A country in SRS units; its rings keep their order, largest first."""

    country: Country
    rings: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class ProjectedWorld:
    """What is drawn, in SRS units."""

    countries: tuple[ProjectedCountry, ...]
    borders: tuple[Shape, ...]
    coasts: tuple[Shape, ...]


class Plane:
    """Brings lines in degrees into one SRS.

    In cylindrical projections longitudes beyond +-180 become eastings beyond the world, so that shapes across the
    antimeridian stay whole; ``world_width`` is the width of the world in SRS units there, else None.
    """

    def __init__(self, from_degrees: Transform, world_width: float | None) -> None:
        self._from_degrees = from_degrees
        self.world_width = world_width

    def project(self, world: World) -> ProjectedWorld:
        """``world`` in this plane; what has no image in it is left out."""
        countries = [ProjectedCountry(country, tuple(self._shapes(country.rings))) for country in world.countries]
        return ProjectedWorld(
            tuple(country for country in countries if country.rings),
            tuple(self._shapes(world.borders)),
            tuple(self._shapes(world.coasts)),
        )

    def shape(self, line: Line) -> Shape | None:
        """``line`` in SRS units, without the points that have no image; None if fewer than two have one."""
        points = [point for point in self._points(line) if math.isfinite(point[0]) and math.isfinite(point[1])]
        if len(points) < 2:  # noqa: PLR2004 - a line has two ends
            return None
        return Shape(tuple(points), box_around(points), box_around(line))

    def _shapes(self, lines: Iterable[Line]) -> list[Shape]:
        shapes = [shape for shape in map(self.shape, lines) if shape is not None]
        if self.world_width is None:
            return shapes
        turns = (-1, 0, 1)
        return [shape.shifted(turn * self.world_width, turn) for shape, turn in itertools.product(shapes, turns)]

    def _points(self, line: Line) -> list[tuple[float, float]]:
        if self.world_width is None:
            return self._from_degrees.points(line)
        turns = [math.floor((longitude + _FULL_TURN / 2) / _FULL_TURN) for longitude, _ in line]
        wrapped = [(x - turn * _FULL_TURN, y) for (x, y), turn in zip(line, turns, strict=True)]
        projected = self._from_degrees.points(wrapped)
        return [(x + turn * self.world_width, y) for (x, y), turn in zip(projected, turns, strict=True)]


def box_around(points: Sequence[tuple[float, float]]) -> BBox:
    """The smallest box that holds all ``points``."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return BBox(min(xs), min(ys), max(xs), max(ys))


def moved_east(box: BBox, dx: float) -> BBox:
    """``box`` moved by ``dx`` along x."""
    return BBox(box.min_x + dx, box.min_y, box.max_x + dx, box.max_y)

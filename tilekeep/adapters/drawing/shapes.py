"""Lines in degrees brought into the plane of one SRS, with the boxes around them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH, Srs
from tilekeep.ports.projection import Projection, Transform

#: A line or ring of (longitude, latitude) in degrees; longitudes run on beyond +-180 instead of jumping.
Line = tuple[tuple[float, float], ...]

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


class Plane:
    """Brings lines in degrees into one SRS.

    In cylindrical projections longitudes beyond +-180 become eastings beyond the world, so that shapes across the
    antimeridian stay whole; ``world_width`` is the width of the world in SRS units there, else None.
    """

    def __init__(self, from_degrees: Transform, world_width: float | None) -> None:
        self._from_degrees = from_degrees
        self.world_width = world_width

    @classmethod
    def of(cls, srs: Srs, projection: Projection) -> Plane:
        """The plane of ``srs``.

        :raises ProjectionError: there is no way to it from degrees.
        """
        degrees = projection.srs("CRS:84")
        mercator = srs == projection.srs("EPSG:3857")
        width = 2 * WEB_MERCATOR_HALF_WIDTH if mercator else (_FULL_TURN if srs == degrees else None)
        return cls(projection.between(degrees, srs), width)

    def shape(self, line: Line, *, fewest: int = 2) -> Shape | None:
        """``line`` in SRS units, without the points that have no image; None if fewer than ``fewest`` have one."""
        points = [point for point in self._points(line) if math.isfinite(point[0]) and math.isfinite(point[1])]
        if len(points) < fewest:
            return None
        return Shape(tuple(points), box_around(points), box_around(line))

    def shapes(self, lines: Iterable[Line], *, fewest: int = 2) -> list[Shape]:
        """Those of :meth:`shape` that there are, in a cylindrical projection also a turn further west and east."""
        shapes = [shape for line in lines if (shape := self.shape(line, fewest=fewest)) is not None]
        return [copy for shape in shapes for (copy,) in self.turned((shape,))]

    def turned(self, shapes: tuple[Shape, ...]) -> list[tuple[Shape, ...]]:
        """Shapes that belong together, and in a cylindrical projection their copies a turn further west and east."""
        if self.world_width is None:
            return [shapes]
        width = self.world_width
        return [tuple(shape.shifted(turn * width, turn) for shape in shapes) for turn in (-1, 0, 1)]

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


def touch(one: BBox, other: BBox) -> bool:
    """Whether two boxes have a point in common; lines have boxes without area."""
    return (
        one.min_x <= other.max_x and one.max_x >= other.min_x and one.min_y <= other.max_y and one.max_y >= other.min_y
    )

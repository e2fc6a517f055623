"""Boxes that hold a pole or reach across the antimeridian: their envelope is not that of their outline alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from tilekeep.adapters.projection.well_known import WEB_MERCATOR
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH, Srs

Point = tuple[float, float]

_RIGHT_ANGLE = 90.0

#: The northing of the pole in web mercator, as far as numbers can tell.
_POLAR_NORTHING = 2.4e8

#: Units by which the images of a pole may differ where it is one point.
_ONE_POINT = 1e-3


def world_of(srs: Srs) -> BBox | None:
    """The whole world in an SRS whose x are longitudes, else None."""
    if srs.definition == WEB_MERCATOR:
        half = WEB_MERCATOR_HALF_WIDTH
        return BBox(-half, -half, half, half)
    return BBox(-180.0, -90.0, 180.0, 90.0) if srs.geographic else None


def poles_of(world: BBox, to_other: Callable[[Sequence[Point]], list[Point]]) -> tuple[Point | None, Point | None]:
    """The South and the North Pole in another SRS than that of the ``world``, None where one is no single point."""
    pole = world.max_y if world.max_y == _RIGHT_ANGLE else _POLAR_NORTHING
    south, other_south, north, other_north = to_other([(x, y) for y in (-pole, pole) for x in (0.0, world.max_x / 2)])
    return _one_point(south, other_south), _one_point(north, other_north)


def _one_point(one: Point, other: Point) -> Point | None:
    return one if all(map(math.isfinite, one)) and math.dist(one, other) < _ONE_POINT else None


def holds(bbox: BBox, point: Point | None) -> bool:
    """Whether ``point`` lies in ``bbox`` or on its edge."""
    return point is not None and _nearest(bbox, point) == point


def nearest_to_poles(bbox: BBox, poles: Iterable[Point | None]) -> list[Point]:
    """The points of ``bbox`` that lie nearest to the poles which are no farther from it than it is long."""
    reach = max(bbox.width, bbox.height)
    return [near for pole in poles if pole is not None and math.dist(near := _nearest(bbox, pole), pole) <= reach]


def _nearest(bbox: BBox, point: Point) -> Point:
    x, y = point
    return min(max(x, bbox.min_x), bbox.max_x), min(max(y, bbox.min_y), bbox.max_y)


def crosses_antimeridian(ring: Sequence[Point], world: BBox) -> bool:
    """Whether neighbours on a ``ring`` lie on different sides of it, so that the way between them is more than half."""
    return any(abs(x - other) > world.width / 2 for (x, _), (other, _) in pairwise([*ring, ring[0]]))


def grown(envelope: BBox, world: BBox, *, around: bool, south: bool, north: bool) -> BBox:
    """``envelope`` with all longitudes of the ``world`` if it goes ``around``, and to the poles that it holds."""
    around = around or south or north
    return BBox(
        world.min_x if around else envelope.min_x,
        min(world.min_y, envelope.min_y) if south else envelope.min_y,
        world.max_x if around else envelope.max_x,
        max(world.max_y, envelope.max_y) if north else envelope.max_y,
    )

"""Regions that are polygons."""

from __future__ import annotations

from collections import deque
from typing import Any

import shapely

from tilekeep.adapters.geometry.masks import mask_of
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Relation


class GeometryRegion:
    """A :class:`tilekeep.domain.region.Region` of polygons; boxes that only touch it intersect (spec/coverages.md, 5).

    Questions go to copies that GEOS has prepared for many of them.  A prepared geometry cannot bear two threads at a
    time, so there are as many as there have been questions at a time; a lock could stay locked in a forked child.

    Args:
        geometry: valid, not empty polygons.
    """

    __slots__ = ("_geometry", "_idle", "bbox")

    def __init__(self, geometry: Any) -> None:
        self._geometry = geometry
        self._idle: deque[Any] = deque()
        self.bbox = BBox(*geometry.bounds)

    def relate(self, bbox: BBox) -> Relation:
        """Whether the region contains, crosses or misses ``bbox``, which may be as thin as a line or a point.

        What lies on the border alone is not contained.
        """
        shape = _shape(bbox)
        prepared = self._prepared()
        try:
            if shapely.contains(prepared, shape):
                return Relation.CONTAINS
            return Relation.INTERSECTS if shapely.intersects(prepared, shape) else Relation.DISJOINT
        finally:
            self._idle.append(prepared)

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """See :class:`tilekeep.domain.region.Region`."""
        return mask_of(self._geometry, bbox, size)

    def _prepared(self) -> Any:
        """A prepared copy that nobody else uses."""
        try:
            return self._idle.pop()
        except IndexError:
            copy = shapely.from_wkb(shapely.to_wkb(self._geometry))
            shapely.prepare(copy)
            return copy


def _shape(bbox: BBox) -> Any:
    """The box as a geometry without repeated points."""
    min_x, min_y, max_x, max_y = bbox
    if min_x < max_x and min_y < max_y:
        return shapely.box(min_x, min_y, max_x, max_y)
    if min_x == max_x and min_y == max_y:
        return shapely.Point(min_x, min_y)
    return shapely.LineString([(min_x, min_y), (max_x, max_y)])

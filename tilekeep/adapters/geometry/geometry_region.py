"""Regions that are polygons."""

from __future__ import annotations

from typing import Any

import shapely

from tilekeep.adapters.geometry.masks import mask_of
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Relation


class GeometryRegion:
    """A :class:`tilekeep.domain.region.Region` of polygons; boxes that only touch it intersect (spec/coverages.md, 5).

    Args:
        geometry: valid, not empty polygons, prepared for many questions by :func:`geometry_region`.
        bbox: the smallest box around them.
    """

    __slots__ = ("_geometry", "bbox")

    def __init__(self, geometry: Any, bbox: BBox) -> None:
        self._geometry = geometry
        self.bbox = bbox

    def relate(self, bbox: BBox) -> Relation:
        """Whether the region contains, crosses or misses ``bbox``, which may be as thin as a line or a point.

        What lies on the border alone is not contained.
        """
        shape = _shape(bbox)
        if shapely.contains(self._geometry, shape):
            return Relation.CONTAINS
        return Relation.INTERSECTS if shapely.intersects(self._geometry, shape) else Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """See :class:`tilekeep.domain.region.Region`."""
        return mask_of(self._geometry, bbox, size)


def geometry_region(geometry: Any) -> GeometryRegion:
    """The region of valid, not empty polygons, safe to be asked by many threads.

    GEOS completes its indexes with the first questions, which it does not guard: they are asked here.
    """
    shapely.prepare(geometry)
    region = GeometryRegion(geometry, BBox(*geometry.bounds))
    min_x, min_y, max_x, max_y = region.bbox
    region.relate(BBox(min_x - 1.0, min_y - 1.0, max_x + 1.0, max_y + 1.0))
    return region


def _shape(bbox: BBox) -> Any:
    """The box as a geometry without repeated points."""
    min_x, min_y, max_x, max_y = bbox
    if min_x < max_x and min_y < max_y:
        return shapely.box(min_x, min_y, max_x, max_y)
    if min_x == max_x and min_y == max_y:
        return shapely.Point(min_x, min_y)
    return shapely.LineString([(min_x, min_y), (max_x, max_y)])

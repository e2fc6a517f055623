"""Regions in an SRS that cannot show all of them, such as the world in that of a narrow zone."""

from __future__ import annotations

import math
from typing import Any

import shapely

from tilekeep.adapters.geometry.faithful import shown_bbox
from tilekeep.adapters.geometry.masks import mask_of
from tilekeep.adapters.geometry.polygon_parts import polygon_parts, repaired
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection, Transform

#: Corners of a polygon.
_FEWEST = 3

#: Edges that reach from one end of what is projected to the other, at least.
_EDGES_ACROSS = 256


class WideRegion:
    """Brings boxes to the SRS of the region instead of the region to theirs (spec/coverages.md, 5).

    Args:
        own: the region in its own SRS.
        geometry: the same as Shapely polygons.
        to_own: the way of boxes to the SRS of the region.
        from_own: the way back.
        bbox: around what can be shown of the region.
    """

    __slots__ = ("_from_own", "_geometry", "_own", "_to_own", "bbox")

    def __init__(self, own: Region, geometry: Any, to_own: Transform, from_own: Transform, bbox: BBox) -> None:
        self._own = own
        self._geometry = geometry
        self._to_own = to_own
        self._from_own = from_own
        self.bbox = bbox

    @classmethod
    def of(cls, own: Region, geometry: Any, srs: Srs, target: Srs, projection: Projection) -> WideRegion:
        """The region ``own``, whose polygons in ``srs`` are ``geometry``, for boxes in ``target``.

        :raises ProjectionError: nothing of it has an image there.
        """
        bbox = shown_bbox(own.bbox, srs, target, projection)
        return cls(own, geometry, projection.between(target, srs), projection.between(srs, target), bbox)

    def relate(self, bbox: BBox) -> Relation:
        """See :class:`tilekeep.domain.region.Region`; a box without an image in the region's SRS misses it."""
        try:
            return self._own.relate(self._to_own.bbox(bbox))
        except ProjectionError:
            return Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """See :class:`tilekeep.domain.region.Region`; only what lies around the image is projected."""
        try:
            around = _widened(self._to_own.bbox(bbox))
        except ProjectionError:
            return ()
        part = shapely.intersection(self._geometry, shapely.box(*around))
        with_short_edges = shapely.segmentize(part, max(around.width, around.height) / _EDGES_ACROSS)
        return mask_of(self._projected(with_short_edges), bbox, size)

    def _projected(self, geometry: Any) -> Any:
        polygons = [self._projected_polygon(polygon) for polygon in polygon_parts(geometry)]
        return shapely.union_all([polygon for polygon in polygons if polygon is not None])

    def _projected_polygon(self, polygon: Any) -> Any:
        exterior, *holes = (self._ring(ring) for ring in (polygon.exterior, *polygon.interiors))
        if len(exterior) < _FEWEST:
            return None
        return repaired(shapely.Polygon(exterior, [hole for hole in holes if len(hole) >= _FEWEST]))

    def _ring(self, line: Any) -> list[tuple[float, float]]:
        """The corners that have an image."""
        corners = self._from_own.points(shapely.get_coordinates(line)[:-1].tolist())
        return [(x, y) for x, y in corners if math.isfinite(x) and math.isfinite(y)]


def _widened(bbox: BBox) -> BBox:
    """The box with room on every side, so that its own edges do not show in the image."""
    dx, dy = bbox.width / 2, bbox.height / 2
    return BBox(bbox.min_x - dx, bbox.min_y - dy, bbox.max_x + dx, bbox.max_y + dy)

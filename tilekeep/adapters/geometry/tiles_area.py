"""Coverages that are lists of tiles; they do without Shapely where only boxes are compared with them."""

from __future__ import annotations

import functools
from typing import Any

from tilekeep.adapters.geometry.faithful import shown_bbox
from tilekeep.domain.cell_region import CellRegion
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.region_union import RegionUnion
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection, Transform


class TilesArea:
    """An :class:`tilekeep.adapters.geometry.area.Area` made of tiles of some levels of a grid in ``srs``."""

    def __init__(self, levels: tuple[CellRegion, ...], srs: Srs) -> None:
        self.levels = levels
        self.srs = srs
        self.polygons = functools.lru_cache(maxsize=1)(self._polygons)

    def buffered(self, distance: float) -> Any:
        """The polygons of the tiles, grown."""
        return self.polygons().buffered(distance)

    def geometry_in(self, target: Srs, projection: Projection) -> Any:
        """The polygons of the tiles."""
        return self.polygons().geometry_in(target, projection)

    def region_in(self, target: Srs, projection: Projection) -> Region:
        """The tiles themselves; boxes in another SRS are brought to theirs."""
        own: Region = self.levels[0] if len(self.levels) == 1 else RegionUnion(self.levels)
        if target == self.srs:
            return _TilesRegion(self, own, None, own.bbox, target, projection)
        bbox = shown_bbox(own.bbox, self.srs, target, projection)
        return _TilesRegion(self, own, projection.between(target, self.srs), bbox, target, projection)

    def _polygons(self) -> Any:
        """The same area as polygons."""
        import shapely

        from tilekeep.adapters.geometry.polygons import PolygonArea

        boxes = [shapely.box(*box) for level in self.levels for box in level.boxes()]
        return PolygonArea(shapely.union_all(boxes), self.srs)


class _TilesRegion:
    """The tiles as a region in an SRS.

    Args:
        area: where they come from.
        own: the tiles in their own SRS.
        to_own: the way of boxes there; None where it is the same.
        bbox: around what can be shown of them.
        srs: of the region.
        projection: knows the spatial reference systems.
    """

    def __init__(
        self, area: TilesArea, own: Region, to_own: Transform | None, bbox: BBox, srs: Srs, projection: Projection
    ) -> None:
        self.bbox = bbox
        self._area = area
        self._own = own
        self._to_own = to_own
        self._srs = srs
        self._projection = projection
        self._polygons = functools.lru_cache(maxsize=1)(self._made_of_polygons)

    def relate(self, bbox: BBox) -> Relation:
        """See :class:`tilekeep.domain.region.Region`; a box without an image in the SRS of the tiles misses them."""
        if self._to_own is None:
            return self._own.relate(bbox)
        try:
            return self._own.relate(self._to_own.bbox(bbox))
        except ProjectionError:
            return Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """See :class:`tilekeep.domain.region.Region`: no seams between tiles, hence the polygons."""
        return self._polygons().mask(bbox, size)

    def _made_of_polygons(self) -> Region:
        region: Region = self._area.polygons().region_in(self._srs, self._projection)
        return region

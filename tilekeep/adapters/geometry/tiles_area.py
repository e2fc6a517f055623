"""Coverages that are lists of tiles; they do without Shapely where only boxes are compared with them."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class TilesArea:
    """An :class:`tilekeep.adapters.geometry.area.Area` made of tiles of some levels of a grid in ``srs``."""

    levels: tuple[CellRegion, ...]
    srs: Srs

    def buffered(self, distance: float) -> Any:
        """The polygons of the tiles, grown."""
        return self._polygons().buffered(distance)

    def geometry_in(self, target: Srs, projection: Projection) -> Any:
        """The polygons of the tiles."""
        return self._polygons().geometry_in(target, projection)

    def region_in(self, target: Srs, projection: Projection) -> Region:
        """The tiles themselves, to whose SRS boxes are brought."""
        own: Region = self.levels[0] if len(self.levels) == 1 else RegionUnion(self.levels)
        if target == self.srs:
            return own
        bbox = shown_bbox(own.bbox, self.srs, target, projection)
        return _ForBoxesElsewhere(own, self, projection.between(target, self.srs), target, projection, bbox)

    def polygons_in(self, target: Srs, projection: Projection) -> Region:
        """The polygons of the tiles as a region in another SRS."""
        region: Region = self._polygons().region_in(target, projection)
        return region

    def _polygons(self) -> Any:
        import shapely

        from tilekeep.adapters.geometry.polygons import PolygonArea

        boxes = [shapely.box(*box) for level in self.levels for box in level.boxes()]
        return PolygonArea(shapely.union_all(boxes), self.srs)


@dataclass(frozen=True, slots=True)
class _ForBoxesElsewhere:
    """The tiles for boxes in another SRS; ``bbox`` is around what can be shown of them there."""

    own: Region
    area: TilesArea
    to_own: Transform
    target: Srs
    projection: Projection
    bbox: BBox

    def relate(self, bbox: BBox) -> Relation:
        """See :class:`tilekeep.domain.region.Region`; a box without an image in the SRS of the tiles misses them."""
        try:
            return self.own.relate(self.to_own.bbox(bbox))
        except ProjectionError:
            return Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """See :class:`tilekeep.domain.region.Region`."""
        return self.area.polygons_in(self.target, self.projection).mask(bbox, size)

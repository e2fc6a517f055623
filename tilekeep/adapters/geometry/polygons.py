"""Coverages that are polygons."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from tilekeep.adapters.geometry.faithful import is_shown
from tilekeep.adapters.geometry.geometry_region import GeometryRegion
from tilekeep.adapters.geometry.polygon_parts import areal, repaired
from tilekeep.adapters.geometry.wide_region import WideRegion
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

#: Edges that reach from one end of an area to the other when they are projected, at least.
_EDGES_ACROSS = 1024


@dataclass(frozen=True, slots=True)
class PolygonArea:
    """An :class:`tilekeep.adapters.geometry.area.Area` of valid, not empty polygons."""

    geometry: Any = field(repr=False)
    srs: Srs

    def buffered(self, distance: float) -> PolygonArea:
        """The polygons grown with round corners."""
        return PolygonArea(self.geometry.buffer(distance) if distance else self.geometry, self.srs)

    def geometry_in(self, target: Srs, projection: Projection) -> Any:
        """The polygons with each corner projected, none added, and repaired where that broke them."""
        if target == self.srs:
            return self.geometry
        transform = projection.between(self.srs, target)
        found = shapely.transform(self.geometry, lambda corners: np.array(transform.points(corners.tolist())))
        if not all(map(math.isfinite, found.bounds)):
            raise ProjectionError(f"Parts of the area in {self.srs.code} have no finite image in {target.code}.")
        return areal(repaired(found), f"the area in {self.srs.code} has none in {target.code}; correct it")

    def region_in(self, target: Srs, projection: Projection) -> Region:
        """The projected polygons, unless the SRS cannot show all of them; long edges get the bends they have there."""
        if target == self.srs:
            return GeometryRegion(self.geometry)
        bbox = BBox(*self.geometry.bounds)
        outermost = shapely.get_coordinates(self.geometry.convex_hull).tolist()
        if is_shown(outermost, bbox, self.srs, target, projection):
            return GeometryRegion(self._with_short_edges(bbox).geometry_in(target, projection))
        return WideRegion.of(GeometryRegion(self.geometry), self.geometry, self.srs, target, projection)

    def _with_short_edges(self, bbox: BBox) -> PolygonArea:
        longest = max(bbox.width, bbox.height) / _EDGES_ACROSS
        return PolygonArea(shapely.segmentize(self.geometry, longest), self.srs)

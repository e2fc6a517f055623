"""Coverages that are boxes; they do without Shapely where an SRS can show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tilekeep.adapters.geometry.faithful import is_shown, on_earth, outline_points
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import BoxRegion, Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection


@dataclass(frozen=True, slots=True)
class BoxArea:
    """An :class:`tilekeep.adapters.geometry.area.Area` that is a box; it stays one in every SRS."""

    bbox: BBox
    srs: Srs

    def buffered(self, distance: float) -> BoxArea:
        """The box with each side moved outwards: its corners stay corners."""
        min_x, min_y, max_x, max_y = self.bbox
        return BoxArea(BBox(min_x - distance, min_y - distance, max_x + distance, max_y + distance), self.srs)

    def geometry_in(self, target: Srs, projection: Projection) -> Any:
        """The box around the projected outline."""
        import shapely

        return shapely.box(*projection.between(self.srs, target).bbox(self.bbox))

    def region_in(self, target: Srs, projection: Projection) -> Region:
        """The box around the projected outline, unless the SRS cannot show all of that."""
        if target == self.srs:
            return BoxRegion(self.bbox)
        shown = on_earth(self.bbox, self.srs)
        if is_shown(outline_points(shown), shown, self.srs, target, projection):
            return BoxRegion(projection.between(self.srs, target).bbox(self.bbox))
        return self._wide_region(target, projection)

    def _wide_region(self, target: Srs, projection: Projection) -> Region:
        import shapely

        from tilekeep.adapters.geometry.wide_region import WideRegion

        return WideRegion.of(BoxRegion(self.bbox), shapely.box(*self.bbox), self.srs, target, projection)

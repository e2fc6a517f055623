"""Where layers have data, in the SRS of a map or of a document."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)

#: Digits of a degree behind the point: a tenth of a micrometre.
_DIGITS = 12

#: By how much of its size a box may differ from itself when it was calculated in another way.
_ROUNDED = 1e-9

#: Where a layer has data.
ExtentOf = Callable[[MapLayer], Extent]


class Areas:
    """Brings areas of layers together.

    Args:
        extent: the area in which a layer has data.
        projection: knows reference systems.
    """

    def __init__(self, extent: ExtentOf, projection: Projection) -> None:
        self._extent = extent
        self._projection = projection

    def of(self, layers: Sequence[MapLayer]) -> Extent:
        """The area of one layer as it is, of several that of all of them in degrees."""
        extents = list(dict.fromkeys(map(self._extent, layers)))
        if len(extents) == 1:
            return extents[0]
        degrees = self.geographic(extents[0].srs)
        boxes = [box for box in (self.inside(extent, degrees) for extent in extents) if box is not None]
        return Extent(reduce(BBox.union, boxes), degrees) if boxes else extents[0]

    def geographic(self, srs: Srs) -> Srs:
        """The SRS in degrees of the body that ``srs`` is one of."""
        return self._projection.geographic(srs)

    def in_degrees(self, extent: Extent) -> BBox:
        """The box of ``extent`` in degrees; the world for one without image."""
        return self.inside(extent, self.geographic(extent.srs)) or _WORLD

    def inside(self, extent: Extent, srs: Srs) -> BBox | None:
        """The box of ``extent`` in ``srs``, degrees without noise; None if it has none."""
        try:
            bbox = self._projection.between(extent.srs, srs).bbox(extent.bbox)
        except ProjectionError:
            return None
        if srs.geographic:
            bbox = BBox(*(round(number, _DIGITS) for number in bbox))
        return bbox if all(map(math.isfinite, bbox)) and bbox.width > 0 and bbox.height > 0 else None

    def limit(self, layers: Sequence[MapLayer], bbox: BBox, srs: Srs) -> BBox | None:
        """The box in ``srs`` outside of which a map of ``bbox`` shows nothing of the layers; None if there is none.

        They are compared in the SRS of the data: few reference systems have a sensible image of the world.
        """
        extent = self.of(layers)
        wanted = self.inside(Extent(bbox, srs), extent.srs)
        return None if wanted is not None and _holds(extent.bbox, wanted) else self.inside(extent, srs)

    def place(self, point: tuple[float, float], of: Srs, srs: Srs) -> tuple[float, float] | None:
        """A point in another SRS, or None if it has no image there."""
        try:
            ((x, y),) = self._projection.between(of, srs).points([point])
        except ProjectionError:
            return None
        return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _holds(outer: BBox, inner: BBox) -> bool:
    """Whether ``inner`` lies in ``outer``, numbers that were rounded aside."""
    room = max(inner.width, inner.height) * _ROUNDED
    return outer.contains(BBox(inner.min_x + room, inner.min_y + room, inner.max_x - room, inner.max_y - room))

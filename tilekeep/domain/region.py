"""Areas in which caches and sources are valid, assembled once into the SRS of each grid."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Protocol

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon

#: Share of a region's size by which a box may stick out and still count as contained.
_TOLERANCE = 1e-13

#: In pixels, of the shorter side where they are not square: by as much the parts of a mask are smaller than the region.
MASK_MARGIN = 0.1


class Relation(enum.Enum):
    """How a box lies to a region."""

    CONTAINS = "contains"
    INTERSECTS = "intersects"
    DISJOINT = "disjoint"


class Region(Protocol):
    """An area in one SRS; planners ask it about boxes and never project."""

    @property
    def bbox(self) -> BBox:
        """The smallest box around the region."""
        ...

    def relate(self, bbox: BBox) -> Relation:
        """Whether the region contains, crosses or misses ``bbox``."""
        ...

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """The parts of the region in an image of ``bbox`` with ``size`` pixels, in pixel coordinates of that.

        They are a tenth of a pixel smaller than the region, so that pixels it hardly touches do not count
        (spec/coverages.md, 8).  Empty where it misses the box.
        """
        ...


@dataclass(frozen=True, slots=True)
class BoxRegion:
    """A region that is a box; boxes that only touch it are disjoint (spec/coverages.md, 5)."""

    bbox: BBox

    def relate(self, bbox: BBox) -> Relation:
        """Whether this box contains ``bbox`` (up to rounding), crosses or misses it."""
        if self._widened().contains(bbox):
            return Relation.CONTAINS
        return Relation.INTERSECTS if self.bbox.intersects(bbox) else Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """The common rectangle in pixels, or nothing."""
        inside = self.bbox.intersection(bbox)
        if inside is None:
            return ()
        across, down = bbox.width / size.width, bbox.height / size.height
        margin = MASK_MARGIN * min(across, down)
        left = (inside.min_x + margin - bbox.min_x) / across
        right = (inside.max_x - margin - bbox.min_x) / across
        top = (bbox.max_y - inside.max_y + margin) / down
        bottom = (bbox.max_y - inside.min_y - margin) / down
        if left >= right or top >= bottom:
            return ()
        return (Polygon(((left, top), (right, top), (right, bottom), (left, bottom))),)

    def _widened(self) -> BBox:
        dx = abs(self.bbox.width) * _TOLERANCE
        dy = abs(self.bbox.height) * _TOLERANCE
        return BBox(self.bbox.min_x - dx, self.bbox.min_y - dy, self.bbox.max_x + dx, self.bbox.max_y + dy)


class _Nowhere:
    """A region without any place."""

    __slots__ = ()

    @property
    def bbox(self) -> BBox:
        """A box that intersects no other."""
        return BBox(math.inf, math.inf, -math.inf, -math.inf)

    def relate(self, bbox: BBox) -> Relation:
        """Every box is missed."""
        return Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """Nothing."""
        return ()


#: The region that holds nothing.
NOWHERE: Region = _Nowhere()

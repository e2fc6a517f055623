"""Coverages that are boxes."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

#: Share of the coverage's size by which a box may stick out and still count as contained.
_TOLERANCE = 1e-13


@dataclass(frozen=True, slots=True)
class BoxCoverage:
    """A box in the SRS of a grid; boxes that only touch it are disjoint (spec/coverages.md, 5)."""

    bbox: BBox

    def relate(self, bbox: BBox) -> Relation:
        """Whether the coverage contains ``bbox`` (up to rounding), crosses or misses it."""
        if self._widened().contains(bbox):
            return Relation.CONTAINS
        return Relation.INTERSECTS if self.bbox.intersects(bbox) else Relation.DISJOINT

    def _widened(self) -> BBox:
        dx = abs(self.bbox.width) * _TOLERANCE
        dy = abs(self.bbox.height) * _TOLERANCE
        return BBox(self.bbox.min_x - dx, self.bbox.min_y - dy, self.bbox.max_x + dx, self.bbox.max_y + dy)


def box_region(bbox: BBox, srs: Srs, target: Srs, projection: Projection) -> Region:
    """The coverage ``bbox``, given in ``srs`` in x/y order, as a region in ``target``.

    The box around its projected outline stands for it there (spec/coverages.md, 4 and 5).

    :raises ProjectionError: no point of it has a finite image in ``target``.
    """
    return BoxCoverage(projection.between(srs, target).bbox(bbox))

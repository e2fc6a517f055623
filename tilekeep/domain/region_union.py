"""Several areas taken together, without making one geometry of them (spec/seed.md, 1.3)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Region, Relation


@dataclass(frozen=True, slots=True)
class RegionUnion:
    """What lies in any of several regions of one SRS; a box that no single one contains is crossed at most."""

    members: tuple[Region, ...]

    @property
    def bbox(self) -> BBox:
        """The smallest box around all of them."""
        return functools.reduce(BBox.union, (member.bbox for member in self.members))

    def relate(self, bbox: BBox) -> Relation:
        """Whether one of them contains the box, any crosses it, or all of them miss it."""
        relations = {member.relate(bbox) for member in self.members}
        for relation in (Relation.CONTAINS, Relation.INTERSECTS):
            if relation in relations:
                return relation
        return Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """The parts of all of them."""
        return tuple(polygon for member in self.members for polygon in member.mask(bbox, size))

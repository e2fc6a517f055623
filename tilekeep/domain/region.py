"""Areas in which caches and sources are valid, assembled once into the SRS of each grid."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from tilekeep.domain.geometry import BBox


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


@dataclass(frozen=True, slots=True)
class BoxRegion:
    """A region that is a box; a box that only touches it is disjoint (spec/sources.md, 11)."""

    bbox: BBox

    def relate(self, bbox: BBox) -> Relation:
        """Whether this box contains, crosses or misses ``bbox``."""
        if self.bbox.contains(bbox):
            return Relation.CONTAINS
        return Relation.INTERSECTS if self.bbox.intersects(bbox) else Relation.DISJOINT

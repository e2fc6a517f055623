"""Points, boxes and sizes: the smallest values of the map plane."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Width and height of an image or a tile, in pixels."""

    width: int
    height: int


class BBox(NamedTuple):
    """Axis-parallel box in the units of an SRS that the context states; x/y order always, whatever the SRS says."""

    min_x: float
    min_y: float
    max_x: float
    max_y: float

    @property
    def width(self) -> float:
        """Extent along x, in SRS units."""
        return self.max_x - self.min_x

    @property
    def height(self) -> float:
        """Extent along y, in SRS units."""
        return self.max_y - self.min_y

    def intersects(self, other: BBox) -> bool:
        """Whether the interiors overlap; boxes that only touch do not intersect (spec/sources.md, 11)."""
        return (
            self.min_x < other.max_x
            and self.max_x > other.min_x
            and self.min_y < other.max_y
            and self.max_y > other.min_y
        )

    def contains(self, other: BBox) -> bool:
        """Whether ``other`` lies inside this box, shared edges included."""
        return (
            self.min_x <= other.min_x
            and self.min_y <= other.min_y
            and self.max_x >= other.max_x
            and self.max_y >= other.max_y
        )

    def intersection(self, other: BBox) -> BBox | None:
        """The common box, or None if the interiors do not overlap."""
        if not self.intersects(other):
            return None
        return BBox(
            max(self.min_x, other.min_x),
            max(self.min_y, other.min_y),
            min(self.max_x, other.max_x),
            min(self.max_y, other.max_y),
        )

    def union(self, other: BBox) -> BBox:
        """The smallest box that holds both."""
        return BBox(
            min(self.min_x, other.min_x),
            min(self.min_y, other.min_y),
            max(self.max_x, other.max_x),
            max(self.max_y, other.max_y),
        )

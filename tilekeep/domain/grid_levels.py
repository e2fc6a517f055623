"""How many tiles the levels of a grid have, and how many of them an area takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Region

#: An area is measured in so small pixels that the margin of its mask does not count.
_FINE = Size(1 << 24, 1 << 24)


class LevelCount(NamedTuple):
    """One level; ``resolution`` in SRS units per pixel."""

    level: int
    resolution: float
    columns: int
    rows: int

    @property
    def tiles(self) -> int:
        """All of them."""
        return self.columns * self.rows


def level_counts(grid: TileGrid) -> Iterator[LevelCount]:
    """The levels, the coarsest first."""
    for z, (resolution, size) in enumerate(zip(grid.resolutions, grid.matrix_sizes, strict=True)):
        yield LevelCount(z, resolution, size.width, size.height)


def covered_share(region: Region, bbox: BBox) -> float:
    """The area of a region, measured by the area of a box in its SRS; what lies outside of the box counts too.

    Parts that overlap count as often as they are there.  For boxes much larger than tiles, tiles that the region
    touches are about this share of all.
    """
    around = region.bbox
    if not around.intersects(around):
        return 0.0
    pixels = sum(map(_area, region.mask(around, _FINE)))
    share_of_around = pixels / (_FINE.width * _FINE.height)
    return share_of_around * (around.width * around.height) / (bbox.width * bbox.height)


def _area(polygon: Polygon) -> float:
    return _ring_area(polygon.exterior) - sum(map(_ring_area, polygon.holes))


def _ring_area(ring: tuple[tuple[float, float], ...]) -> float:
    """By the shoelace formula."""
    return abs(sum(x * y2 - x2 * y for (x, y), (x2, y2) in pairwise((*ring, ring[0])))) / 2

"""An area made of tiles of one level, however many: such as those that a list names."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.morton import morton, place_of
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import BoxRegion, Relation
from tilekeep.domain.tile import TileCoord

#: Share of its own size by which a box may reach into a tile that it only touches.
_TOLERANCE = 1e-6

#: So many tiles are looked for one by one.
_FEW = 16


@dataclass(frozen=True, slots=True)
class CellRegion:
    """Implements :class:`tilekeep.domain.region.Region`; the SRS is that of the grid.

    A question costs some searches in ``codes``, which may lie in a file, whatever their number.

    :ivar grid: whose tiles these are.
    :ivar first: the smallest column and row.
    :ivar last: the largest column and row.
    :ivar codes: the Morton numbers (:func:`tilekeep.domain.morton.morton`) of the tiles, ascending, at least one.
    """

    grid: TileGrid
    first: TileCoord
    last: TileCoord
    codes: Sequence[int]

    @property
    def bbox(self) -> BBox:
        """The smallest box around all tiles."""
        return self.grid.tile_bbox(self.first).union(self.grid.tile_bbox(self.last))

    def boxes(self) -> Iterator[BBox]:
        """The boxes of all tiles, in the order of their numbers."""
        return (self.grid.tile_bbox(TileCoord(self.first.z, *place_of(code))) for code in self.codes)

    def relate(self, bbox: BBox) -> Relation:
        """Whether the tiles cover the box, some of them cross it, or all miss it; large boxes are crossed at most."""
        left, low, right, high = self._touched(bbox)
        inner = max(left, self.first.x), max(low, self.first.y), min(right, self.last.x), min(high, self.last.y)
        if inner[0] > inner[2] or inner[1] > inner[3]:
            return Relation.DISJOINT
        touched = (right - left + 1) * (high - low + 1)
        if touched > _FEW:
            return Relation.INTERSECTS if self._any_in(*inner) else Relation.DISJOINT
        held = sum(1 for _ in self._held(*inner))
        if held == touched:
            return Relation.CONTAINS
        return Relation.INTERSECTS if held else Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        """The tiles in an image, one by one."""
        left, low, right, high = self._touched(bbox)
        inner = max(left, self.first.x), max(low, self.first.y), min(right, self.last.x), min(high, self.last.y)
        boxes = (BoxRegion(self.grid.tile_bbox(coord)) for coord in self._held(*inner))
        return tuple(polygon for box in boxes for polygon in box.mask(bbox, size))

    def _touched(self, bbox: BBox) -> tuple[int, int, int, int]:
        """Columns and rows that a box touches by more than rounding, first and last; they may lie anywhere."""
        z = self.first.z
        resolution, (width, height) = self.grid.resolutions[z], self.grid.tile_size
        across, down = resolution * width, resolution * height
        dx, dy = bbox.width * _TOLERANCE, bbox.height * _TOLERANCE
        left, right = bbox.min_x + dx - self.grid.bbox.min_x, bbox.max_x - dx - self.grid.bbox.min_x
        if self.grid.origin == "nw":
            low, high = self.grid.bbox.max_y - bbox.max_y + dy, self.grid.bbox.max_y - bbox.min_y - dy
        else:
            low, high = bbox.min_y + dy - self.grid.bbox.min_y, bbox.max_y - dy - self.grid.bbox.min_y
        if not all(map(math.isfinite, (left, low, right, high))):
            return 0, 0, -1, -1
        return (
            math.floor(left / across),
            math.floor(low / down),
            math.floor(right / across),
            math.floor(high / down),
        )

    def _held(self, left: int, low: int, right: int, high: int) -> Iterator[TileCoord]:
        """Those of some columns and rows that belong to the region."""
        for y in range(low, high + 1):
            for x in range(left, right + 1):
                code = morton(x, y)
                place = bisect_left(self.codes, code)
                if place < len(self.codes) and self.codes[place] == code:
                    yield TileCoord(self.first.z, x, y)

    def _any_in(self, left: int, low: int, right: int, high: int) -> bool:
        """Whether any tile lies in these columns and rows: squares of them are consecutive numbers."""
        side = 1 << max(right, high).bit_length()
        waiting = [(0, 0, side)]
        while waiting:
            x, y, side = waiting.pop()
            if x > right or y > high or x + side <= left or y + side <= low:
                continue
            start = morton(x, y)
            place = bisect_left(self.codes, start)
            if place == len(self.codes) or self.codes[place] >= start + side * side:
                continue
            if left <= x and low <= y and x + side - 1 <= right and y + side - 1 <= high:
                return True
            half = side // 2
            waiting += [(x, y, half), (x + half, y, half), (x, y + half, half), (x + half, y + half, half)]
        return False

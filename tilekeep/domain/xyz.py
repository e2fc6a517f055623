"""Tiles of the web as most programs number them: web mercator, level 0 one tile, rows from the north (XYZ)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH
from tilekeep.domain.tile import TileCoord

#: PMTiles and MBTiles number levels up to here (PMTiles 3, clause 4.1).
MOST_LEVELS = 32

#: By which part of its width a box may differ from that of a tile.
_TOLERANCE = 0.1 / 256


def xyz_of(bbox: BBox) -> TileCoord | None:
    """The tile with this box, in metres of web mercator; None if no tile has it."""
    level = math.log2(2 * WEB_MERCATOR_HALF_WIDTH / bbox.width)
    z = round(level)
    if not 0 <= z < MOST_LEVELS:
        return None
    side = 2 * WEB_MERCATOR_HALF_WIDTH / (1 << z)
    x, y = round((bbox.min_x + WEB_MERCATOR_HALF_WIDTH) / side), round((WEB_MERCATOR_HALF_WIDTH - bbox.max_y) / side)
    box = xyz_bbox(TileCoord(z, x, y))
    fits = all(abs(here - there) < side * _TOLERANCE for here, there in zip(bbox, box, strict=True))
    return TileCoord(z, x, y) if fits else None


def xyz_bbox(coord: TileCoord) -> BBox:
    """The box of a tile, in metres of web mercator."""
    z, x, y = coord
    side = 2 * WEB_MERCATOR_HALF_WIDTH / (1 << z)
    left, top = x * side - WEB_MERCATOR_HALF_WIDTH, WEB_MERCATOR_HALF_WIDTH - y * side
    return BBox(left, top - side, left + side, top)


@dataclass(frozen=True, slots=True)
class XyzLevels:
    """What the tiles of a grid are called in XYZ.

    :ivar firsts: for each level of the grid the XYZ tile that is its first, in column and row 0.
    :ivar downwards: whether rows of the grid are counted from the north.
    """

    firsts: Sequence[TileCoord]
    downwards: bool

    @classmethod
    def of(cls, grid: TileGrid) -> XyzLevels:
        """Those of ``grid``, which is in web mercator.

        :raises ConfigurationError: its tiles are not those of XYZ.
        """
        firsts = []
        for level in range(grid.levels):
            first = xyz_of(grid.tile_bbox(TileCoord(level, 0, 0)))
            if first is None:
                raise ConfigurationError(
                    f"the tiles of level {level} of the grid {grid.name!r} are not those of web maps (XYZ);"
                    " use GLOBAL_WEBMERCATOR or another grid with res_factor 2 over the whole world"
                )
            firsts.append(first)
        return cls(tuple(firsts), grid.origin == "nw")

    def xyz(self, coord: TileCoord) -> TileCoord | None:
        """The XYZ tile of a tile of the grid; None where there is none."""
        level, x, y = coord
        if not 0 <= level < len(self.firsts):
            return None
        z, first_x, first_y = self.firsts[level]
        found_x, found_y = first_x + x, first_y + y if self.downwards else first_y - y
        last = (1 << z) - 1
        return TileCoord(z, found_x, found_y) if 0 <= found_x <= last and 0 <= found_y <= last else None

    def coord(self, level: int, xyz: TileCoord) -> TileCoord:
        """The tile of the grid that is the XYZ tile ``xyz``, which lies in ``level`` of the grid; may lie beside it."""
        _, first_x, first_y = self.firsts[level]
        y = xyz.y - first_y if self.downwards else first_y - xyz.y
        return TileCoord(level, xyz.x - first_x, y)

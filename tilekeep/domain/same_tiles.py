"""Whether tiles of two grids may lie under the same names."""

from __future__ import annotations

from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord

#: In pixels; by as much the reference lets boxes that it takes for equal differ (spec/config-globals-grids.md, 8.7).
_TOLERANCE = 0.1


def have_same_tiles(one: TileGrid, other: TileGrid) -> bool:
    """Whether one coordinate means one box and one size in both grids, wherever both have it.

    One grid may have more levels or a larger matrix than the other.  Boxes are compared to a tenth of a pixel.
    """
    if (one.srs, one.tile_size, one.origin) != (other.srs, other.tile_size, other.origin):
        return False
    return all(_level_agrees(one, other, z) for z in range(min(one.levels, other.levels)))


def _level_agrees(one: TileGrid, other: TileGrid, z: int) -> bool:
    columns, rows = map(min, one.matrix_size(z), other.matrix_size(z))
    tolerance = one.resolutions[z] * _TOLERANCE
    return all(
        abs(here - there) < tolerance
        for coord in (TileCoord(z, 0, 0), TileCoord(z, columns - 1, rows - 1))
        for here, there in zip(one.tile_bbox(coord), other.tile_bbox(coord), strict=True)
    )

"""Whether the tiles of one grid can stand in for those of another as they are."""

from __future__ import annotations

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid


def is_subset(inner: TileGrid, outer: TileGrid) -> bool:
    """Whether every tile of ``inner`` is also one of ``outer``, perhaps under another coordinate.

    True if on each level of ``inner`` the tiles of ``outer`` that would be drawn instead have the same resolution
    and fill the same box, within a millionth of its width (spec/config-globals-grids.md, 11.8).
    """
    if inner.srs != outer.srs or inner.tile_size != outer.tile_size:
        return False
    return all(_level_matches(inner, z, outer) for z in range(inner.levels))


def _level_matches(inner: TileGrid, z: int, outer: TileGrid) -> bool:
    columns, rows = inner.matrix_size(z)
    whole = inner.level_bbox(z)
    size = Size(columns * inner.tile_size.width, rows * inner.tile_size.height)
    level = outer.level_for(whole, size)
    if level is None or outer.resolutions[level] != inner.resolutions[z]:
        return False
    try:
        block = outer.affected(whole, level).bbox
    except InvalidParameter:
        return False
    return _nearly_equal(block, whole)


def _nearly_equal(one: BBox, other: BBox) -> bool:
    tolerance = one.width / 1e6
    return all(abs(a - b) < tolerance for a, b in zip(one, other, strict=True))

"""Which grids have the tiles that map clients mean by z/x/y: web mercator, halved from level to level."""

from __future__ import annotations

from tilekeep.domain.geometry import BBox
from tilekeep.domain.public_levels import PublicLevels
from tilekeep.domain.srs import WEB_MERCATOR_CODES, default_bbox

#: How far boxes may be apart, as a share of their width.
_TOLERANCE = 1e-6


def xyz_levels(levels: PublicLevels) -> int:
    """How many levels of the world, from the first on, have the tiles of XYZ; 0 if the grid is another one.

    At level z the world has 2**z by 2**z tiles, of whatever number of pixels.
    """
    grid = levels.grid
    default = default_bbox("EPSG:3857")
    if grid.srs.code not in WEB_MERCATOR_CODES or default is None or not grid.supports_origin("nw"):
        return 0
    world = BBox(*default)
    for order, level, _ in levels.orders:
        if levels.matrix_size(order) != (1 << order, 1 << order) or not _is_nearly(
            grid.level_bbox(level), BBox(*world)
        ):
            return order
    return len(levels.orders)


def _is_nearly(one: BBox, other: BBox) -> bool:
    return all(abs(here - there) < _TOLERANCE * (other[2] - other[0]) for here, there in zip(one, other, strict=True))

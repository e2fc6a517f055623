"""Which tiles a super-overlay shows below a tile (OGC 07-147r2, 11.2; spec/services.md, 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter, InvalidRequest
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.public_levels import PublicAddress, PublicLevels
from tilekeep.domain.srs import WEB_MERCATOR_CODES, WEB_MERCATOR_HALF_WIDTH
from tilekeep.domain.tile import TileCoord

#: How far outside of a tile the corner of one below it may lie, in SRS units: room for rounding.
_TOLERANCE = 1e-7

#: How far from the edge of the web mercator plane, in metres, a box still ends there.
_EDGE_TOLERANCE = 0.1

#: Most tiles below one; levels that are further apart would fill documents that no viewer reads.
MOST_BELOW = 4096


class OverlayTile(NamedTuple):
    """A tile by its public address, rows counted from the south; ``bbox`` in the SRS of the grid."""

    address: PublicAddress
    bbox: BBox


def tiles_below(levels: PublicLevels, coord: TileCoord) -> Iterator[OverlayTile]:
    """The tiles of the next public level that belong to ``coord``, which is one of the grid.

    Each tile belongs to that one tile of the level above in which its corner towards the origin of the grid lies, so
    that none appears in two documents.  There are none below the last level.

    :raises InvalidRequest: there are more than :data:`MOST_BELOW`.
    """
    grid, above = levels.grid, levels.address(coord)
    if above is None or above.z + 1 >= len(levels.orders):
        return
    level = levels.orders[above.z + 1].level
    parent = grid.tile_bbox(coord)
    for candidate in _touched(grid, shown_bbox(grid, coord), level):
        bbox = grid.tile_bbox(candidate)
        address = levels.address(candidate, "sw")
        if address is not None and _starts_in(bbox, parent, from_the_top=grid.origin == "nw"):
            yield OverlayTile(address, bbox)


def shown_bbox(grid: TileGrid, coord: TileCoord) -> BBox:
    """The part of a tile that lies in the grid, in the SRS of the grid."""
    whole = grid.tile_bbox(coord)
    return whole.intersection(grid.bbox) or whole


def _touched(grid: TileGrid, bbox: BBox, level: int) -> Iterator[TileCoord]:
    try:
        tiles = grid.affected(bbox, level)
    except InvalidParameter:
        return  # a sliver at the edge of the grid, of which no tile shows anything
    if tiles.count > MOST_BELOW:
        raise InvalidRequest(f"more than {MOST_BELOW} tiles of the next level lie below this one, too many for KML")
    yield from (coord for coord in tiles if coord is not None)


def _starts_in(bbox: BBox, parent: BBox, *, from_the_top: bool) -> bool:
    below = parent.max_y - bbox.max_y if from_the_top else bbox.min_y - parent.min_y
    return bbox.min_x - parent.min_x > -_TOLERANCE and below > -_TOLERANCE


def up_to_the_poles(bbox: BBox, degrees: BBox, grid: TileGrid) -> BBox:
    """``degrees``, the image of ``bbox``, up to a pole where ``bbox`` ends with the plane of web mercator.

    Viewers show the last row of tiles there; otherwise the poles would be holes.
    """
    if grid.srs.code not in WEB_MERCATOR_CODES:
        return degrees
    if abs(bbox.min_y + WEB_MERCATOR_HALF_WIDTH) < _EDGE_TOLERANCE:
        degrees = degrees._replace(min_y=-90.0)
    if abs(bbox.max_y - WEB_MERCATOR_HALF_WIDTH) < _EDGE_TOLERANCE:
        degrees = degrees._replace(max_y=90.0)
    return degrees

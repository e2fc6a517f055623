"""The tiles of the next level that show the area of a tile with twice the pixels."""

from __future__ import annotations

import math
from dataclasses import replace

from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_variant import doubled_size

_FACTOR = 2


def finer_tiles(grid: TileGrid, coord: TileCoord) -> AffectedTiles | None:
    """Two by two tiles; None on the last level.  Positions outside the matrix are among them.

    The levels of ``grid`` have to be halved (:func:`first_level_not_halved`).
    """
    z, x, y = coord
    if z + 1 >= grid.levels:
        return None
    first = TileCoord(z + 1, _FACTOR * x, _FACTOR * y)
    return grid.block(first, TileCoord(z + 1, first.x + 1, first.y + 1))


def first_level_not_halved(grid: TileGrid) -> int | None:
    """The first level whose next one has anything but half its resolution; None if all are halved."""
    pairs = enumerate(zip(grid.resolutions, grid.resolutions[1:], strict=False))
    return next((z for z, (coarse, fine) in pairs if not math.isclose(coarse, _FACTOR * fine, rel_tol=1e-9)), None)


def doubled_grid(grid: TileGrid) -> TileGrid:
    """The grid with the same tiles, each with twice the pixels on each side."""
    return replace(
        grid,
        tile_size=doubled_size(grid.tile_size),
        resolutions=tuple(resolution / _FACTOR for resolution in grid.resolutions),
        threshold_res=tuple(resolution / _FACTOR for resolution in grid.threshold_res),
        stated_matrix_sizes=grid.matrix_sizes,
    )

"""The tiles of the next level that show the area of a tile with twice the pixels."""

from __future__ import annotations

import math
from dataclasses import replace

from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_variant import doubled_size

_FACTOR = 2


def finer_tiles(grid: TileGrid, coord: TileCoord) -> tuple[TileCoord | None, ...]:
    """Two by two tiles row by row from the top-left, None for those outside the matrix; nothing on the last level.

    The levels of ``grid`` have to be halved (:func:`first_level_not_halved`).
    """
    z, x, y = coord
    finer = z + 1
    if finer >= grid.levels:
        return ()
    columns, rows = grid.matrix_sizes[finer]
    left, low = _FACTOR * x, _FACTOR * y
    from_the_top = (low, low + 1) if grid.origin == "nw" else (low + 1, low)
    return tuple(
        TileCoord(finer, column, row) if column < columns and row < rows else None
        for row in from_the_top
        for column in (left, left + 1)
    )


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

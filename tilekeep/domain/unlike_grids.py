"""Why a server's grid has no tiles for a cache."""

from __future__ import annotations

from tilekeep.domain.found_tiles import same_place
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord

#: Resolutions in documents are rounded, scale denominators more than others.
_RELATIVE = 1e-6


def difference(wanted: TileGrid, offered: TileGrid) -> str | None:
    """What keeps every tile of ``offered`` from being one of ``wanted``; None if they have a level in common.

    Rows may be counted from either end, levels may have other numbers, and either may have levels of its own.
    """
    if wanted.srs != offered.srs:
        return f"its SRS is {offered.srs.code} and not {wanted.srs.code}"
    if wanted.tile_size != offered.tile_size:
        there, here = ("x".join(map(str, grid.tile_size)) for grid in (offered, wanted))
        return f"its tiles have {there} pixels and not {here}"
    pairs = [
        (z, level) for z in range(wanted.levels) if (level := _level_of(offered, wanted.resolutions[z])) is not None
    ]
    if not pairs:
        return f"it has none of the resolutions {_shown(wanted.resolutions)}, but {_shown(offered.resolutions)}"
    if not any(_is_aligned(wanted, z, offered, level) for z, level in pairs):
        corner, other = (_corner(grid) for grid in (wanted, offered))
        return f"its tiles begin at {other} and those of {wanted.name} at {corner}, which is not the edge of a tile"
    return None


def _level_of(grid: TileGrid, resolution: float) -> int | None:
    level = grid.closest_level(resolution)
    return level if abs(grid.resolutions[level] - resolution) <= resolution * _RELATIVE else None


def _is_aligned(wanted: TileGrid, z: int, offered: TileGrid, level: int) -> bool:
    box = wanted.tile_bbox(TileCoord(z, 0, 0))
    tile = offered.tile_at((box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2, level)
    return same_place(offered.tile_bbox(tile), box, wanted.resolutions[z])


def _corner(grid: TileGrid) -> str:
    y = grid.bbox.max_y if grid.origin == "nw" else grid.bbox.min_y
    return f"{grid.bbox.min_x:.10g},{y:.10g} ({grid.origin})"


def _shown(resolutions: tuple[float, ...]) -> str:
    shown = ", ".join(f"{resolution:.10g}" for resolution in resolutions[:3])
    return f"{shown} ..." if len(resolutions) > len(resolutions[:3]) else shown

"""Which levels of a grid a task of seeding or cleaning up concerns (spec/seed.md, 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.domain.grid import TileGrid


class FromTo(NamedTuple):
    """Both ends inclusive; None is the first or the last there is."""

    first: float | None = None
    last: float | None = None


def selected_levels(levels: Sequence[int] | FromTo | None, grid: TileGrid) -> tuple[int, ...]:
    """The levels that are meant, ascending; those that the grid does not have are left out.  None is all of them."""
    if levels is None:
        return tuple(range(grid.levels))
    if isinstance(levels, FromTo):
        first = 0 if levels.first is None else max(0, int(levels.first))
        last = grid.levels - 1 if levels.last is None else min(int(levels.last), grid.levels - 1)
        return tuple(range(first, last + 1))
    return tuple(sorted({level for level in levels if 0 <= level < grid.levels}))


def levels_of_resolutions(resolutions: Sequence[float] | FromTo, grid: TileGrid) -> tuple[int, ...]:
    """The levels closest to resolutions in SRS units per pixel, ascending; ``first`` is the coarse end."""
    if isinstance(resolutions, FromTo):
        first = 0 if resolutions.first is None else grid.closest_level(resolutions.first)
        last = grid.levels - 1 if resolutions.last is None else grid.closest_level(resolutions.last)
        return tuple(range(first, last + 1))
    return tuple(sorted({grid.closest_level(resolution) for resolution in resolutions}))

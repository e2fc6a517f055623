"""How many tiles a plan has, without going through them."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from tilekeep.domain.region import Relation
from tilekeep.domain.seed_plan import SeedPlan, UnitWindow

#: Comparisons with the region for each level; what is left in doubt then counts half.
MOST_COMPARISONS = 4000


class LevelCount(NamedTuple):
    """Tiles of a level, and the units in which they are made.

    :ivar is_exact: whether the border of the region was followed to its end.
    """

    level: int
    tiles: int
    units: int
    is_exact: bool


def counted_level(plan: SeedPlan, level: int, most_comparisons: int = MOST_COMPARISONS) -> LevelCount:
    """The tiles of a level, by squares that are divided where the border of the region goes through them."""
    whole = plan.window(level)
    if whole is None:
        return LevelCount(level, 0, 0, is_exact=True)
    tiles = units = 0.0
    doubtful: deque[UnitWindow] = deque([whole])
    left = most_comparisons
    while doubtful:
        window = doubtful.popleft()
        relation = plan.relation(level, window) if left > 0 else Relation.INTERSECTS
        left -= 1
        if relation is Relation.DISJOINT:
            continue
        if relation is Relation.CONTAINS or window.cells == 1 or left <= 0:
            # In the end a border crosses a square somewhere in its middle.
            share = 1.0 if relation is Relation.CONTAINS or window.cells == 1 else 0.5
            tiles += share * plan.tiles_in(level, window)
            units += share * window.cells
        else:
            doubtful.extend(window.quarters())
    return LevelCount(level, round(tiles), round(units), is_exact=left > 0)

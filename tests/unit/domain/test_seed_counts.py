"""Tiles of a plan are counted without going through them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEBMERCATOR
from tests.unit.domain.test_seed_plan import GRIDS, boxes, units
from tilekeep.domain.cell_region import CellRegion
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.morton import morton
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.seed_counts import LevelCount, counted_level
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.tile import TileCoord


@given(grid=st.sampled_from(GRIDS), unit=units, level=st.integers(0, 6), box=st.one_of(st.none(), boxes))
def test_the_count_is_that_of_the_units_one_by_one(grid: TileGrid, unit: Size, level: int, box: BBox | None) -> None:
    plan = SeedPlan(grid, unit, (level,), None if box is None else BoxRegion(box))

    count = counted_level(plan, level)

    planned = [unit for chunk in plan.chunks() for unit in plan.units(chunk.chunk)]
    assert (count.units, count.is_exact) == (len(planned), True)
    assert count.tiles == sum(len(plan.tiles(unit)) for unit in planned)


def test_the_planet_is_counted_at_once() -> None:
    plan = SeedPlan(WEBMERCATOR, Size(4, 4), (18,))

    assert counted_level(plan, 18, most_comparisons=1000) == LevelCount(18, 4**18, 4**16, is_exact=True)


def test_a_long_border_is_followed_only_so_far() -> None:
    diagonal = sorted(morton(x, x) for x in range(2048))
    region = CellRegion(WEBMERCATOR, TileCoord(11, 0, 0), TileCoord(11, 2047, 2047), diagonal)
    plan = SeedPlan(WEBMERCATOR, Size(1, 1), (11,), region)

    exact, about = counted_level(plan, 11, most_comparisons=100_000), counted_level(plan, 11, most_comparisons=200)

    assert exact == LevelCount(11, 2048, 2048, is_exact=True)
    assert not about.is_exact
    assert about.tiles > exact.tiles

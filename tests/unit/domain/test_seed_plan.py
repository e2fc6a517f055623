"""Plans of seeding: every tile of a task once, neighbours together, to be taken up again anywhere."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.morton import morton
from tilekeep.domain.region import BoxRegion, Region, Relation
from tilekeep.domain.seed_plan import LARGEST_CHUNK, PlannedChunk, SeedPlan
from tilekeep.domain.tile import TileCoord

HALF = 20037508.342789244
SOUTHERN = GridDefinition("south", WEBMERCATOR.srs).grid()
SQRT2 = GridDefinition("sqrt2", WEBMERCATOR.srs, res_factor="sqrt2", num_levels=12).grid()
GRIDS = [WEBMERCATOR, SOUTHERN, SQRT2]

boxes = st.tuples(st.floats(-1.1, 1.0), st.floats(-1.1, 1.0), st.floats(0.001, 1.2), st.floats(0.001, 1.2)).map(
    lambda t: BBox(t[0] * HALF, t[1] * HALF, (t[0] + t[2]) * HALF, (t[1] + t[3]) * HALF)
)
units = st.sampled_from([Size(1, 1), Size(4, 4), Size(2, 3), Size(7, 1)])
level_sets = st.sets(st.integers(0, 6), min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))


def expected_units(grid: TileGrid, unit: Size, level: int, region: Region | None) -> set[TileCoord]:
    """The units that touch the region, found one by one."""
    columns, rows = grid.matrix_size(level)
    width, height = min(unit.width, columns), min(unit.height, rows)
    box = grid.bbox if region is None else region.bbox.intersection(grid.bbox)
    if box is None:
        return set()
    try:
        affected = {coord for coord in grid.affected(box, level) if coord is not None}
    except InvalidParameter:  # thinner than the tenth of a pixel that does not count
        return set()
    found = set()
    for main in {TileCoord(level, c.x // width * width, c.y // height * height) for c in affected}:
        whole = grid.tile_bbox(main).union(grid.tile_bbox(TileCoord(level, main.x + width - 1, main.y + height - 1)))
        if region is None or region.relate(whole) is not Relation.DISJOINT:
            found.add(main)
    return found


def all_units(plan: SeedPlan, chunks: list[PlannedChunk]) -> list[TileCoord]:
    return [unit for planned in chunks for unit in plan.units(planned.chunk)]


@given(grid=st.sampled_from(GRIDS), unit=units, levels=level_sets, box=st.one_of(st.none(), boxes))
def test_every_unit_of_the_region_is_planned_exactly_once(
    grid: TileGrid, unit: Size, levels: tuple[int, ...], box: BBox | None
) -> None:
    region = None if box is None else BoxRegion(box)
    plan = SeedPlan(grid, unit, levels, region)

    planned = all_units(plan, list(plan.chunks()))

    assert len(planned) == len(set(planned))
    assert set(planned) == set().union(*(expected_units(grid, unit, level, region) for level in levels))


@given(unit=units, levels=level_sets, box=boxes, share=st.floats(0.0, 1.0))
def test_a_plan_goes_on_where_it_was_left(unit: Size, levels: tuple[int, ...], box: BBox, share: float) -> None:
    plan = SeedPlan(WEBMERCATOR, unit, levels, BoxRegion(box))
    chunks = list(plan.chunks())
    done = int(share * len(chunks))

    rest = list(plan.chunks(after=chunks[done - 1].position if done else None))

    assert rest == chunks[done:]
    assert [chunk.position for chunk in chunks] == sorted({chunk.position for chunk in chunks})


@given(unit=units, levels=level_sets, box=boxes)
def test_cells_that_are_passed_only_become_more(unit: Size, levels: tuple[int, ...], box: BBox) -> None:
    plan = SeedPlan(WEBMERCATOR, unit, levels, BoxRegion(box))

    passed = [planned.passed for planned in plan.chunks()]

    assert passed == sorted(set(passed))
    assert all(0 <= cells < plan.cells for cells in passed)


def test_levels_are_gone_through_in_the_order_that_is_asked_for() -> None:
    plan = SeedPlan(WEBMERCATOR, Size(1, 1), (3, 1, 2))

    assert list(dict.fromkeys(planned.chunk.level for planned in plan.chunks())) == [3, 1, 2]


def test_chunks_hold_neighbours_and_follow_each_other() -> None:
    plan = SeedPlan(WEBMERCATOR, Size(4, 4), (8,))

    chunks = [planned.chunk for planned in plan.chunks()]

    assert len(chunks) == (256 // 4 // LARGEST_CHUNK) ** 2
    assert [chunk.number for chunk in chunks] == list(range(64))
    assert all(len(list(plan.units(chunk))) == LARGEST_CHUNK**2 for chunk in chunks)


@pytest.mark.parametrize(("level", "side", "chunks"), [(4, 1, 16), (5, 1, 64), (6, 2, 64), (7, 4, 64), (9, 8, 256)])
def test_small_levels_have_small_chunks_so_that_all_workers_are_busy(level: int, side: int, chunks: int) -> None:
    plan = SeedPlan(WEBMERCATOR, Size(4, 4), (level,))

    assert plan.chunk_side(level) == side
    assert len(list(plan.chunks())) == chunks


def test_a_planet_takes_no_room() -> None:
    plan = SeedPlan(WEBMERCATOR, Size(4, 4), tuple(range(19)), BoxRegion(BBox(-HALF, 0.0, 1000.0, HALF)))
    tracemalloc.start()

    for _ in itertools.islice(plan.chunks(), 20_000):
        pass

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000


class _Corner:
    """An area of which boxes touch only the lower left corner, as a thin triangle would."""

    bbox = BBox(0.0, 0.0, HALF, HALF)

    def relate(self, bbox: BBox) -> Relation:
        return Relation.INTERSECTS if bbox.min_x < 1.0 and bbox.min_y < 1.0 else Relation.DISJOINT

    def mask(self, bbox: BBox, size: Size) -> tuple[()]:
        raise AssertionError("plans need no masks")


@pytest.mark.parametrize(
    ("untested", "expected"),
    [(0, {2: 1, 3: 1, 4: 1}), (1, {2: 1, 3: 1, 4: 1}), (2, {2: 1, 3: 1, 4: 4}), (3, {2: 1, 3: 4, 4: 16})],
)
def test_levels_that_are_not_compared_have_all_that_lies_in_coarser_units(
    untested: int, expected: dict[int, int]
) -> None:
    plan = SeedPlan(SOUTHERN, Size(1, 1), (2, 3, 4), _Corner(), untested_levels=untested)

    planned = all_units(plan, list(plan.chunks()))

    inside = [coord for coord in planned if SOUTHERN.tile_bbox(coord).min_x >= 0 <= SOUTHERN.tile_bbox(coord).min_y]
    assert {level: sum(1 for coord in inside if coord.z == level) for level in (2, 3, 4)} == expected


def test_tiles_of_a_unit_are_those_that_exist() -> None:
    grid = GridDefinition("odd", WEBMERCATOR.srs, BBox(0.0, 0.0, 1500.0, 700.0), res=(1.0,)).grid()
    plan = SeedPlan(grid, Size(4, 2), (0,))

    assert len(plan.tiles(TileCoord(0, 4, 2))) == 2 * 1
    assert len(plan.tiles(TileCoord(0, 0, 0))) == 8


@given(st.integers(0, 1 << 20), st.integers(0, 1 << 20))
def test_numbers_of_cells_interleave_the_bits_of_column_and_row(column: int, row: int) -> None:
    number = morton(column, row)

    assert int(f"{number:064b}"[1::2], 2) == column
    assert int(f"{number:064b}"[0::2], 2) == row

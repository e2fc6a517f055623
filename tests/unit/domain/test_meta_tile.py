"""What is fetched together: laws over all modes, block sizes and buffers, and the cases at the edge of a grid."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.domain.strategies import GEODETIC, MERCATOR, UTM32, WEBMERCATOR, grids, planners, tiles_of
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner, TileCrop
from tilekeep.domain.tile import TileCoord

HALF = 20037508.342789244


def test_level_0_of_the_geodetic_grid_is_fetched_as_the_half_that_exists() -> None:
    plan = MetaTilePlanner(GEODETIC, FetchMode.META, buffer_px=80).plan_for(TileCoord(0, 0, 0))

    (fetch,) = plan.fetches
    assert fetch.bbox == (-180, -90, 180, 90)
    assert fetch.size == (256, 128)
    assert fetch.crops == (TileCrop(TileCoord(0, 0, 0), 0, -128),)


def test_without_a_buffer_the_half_that_does_not_exist_is_asked_for_too() -> None:
    plan = MetaTilePlanner(GEODETIC, FetchMode.META, buffer_px=0).plan_for(TileCoord(0, 0, 0))

    (fetch,) = plan.fetches
    assert fetch.bbox == (-180, -90, 180, 270)
    assert fetch.size == (256, 256)
    assert fetch.crops == (TileCrop(TileCoord(0, 0, 0), 0, 0),)


def test_inside_the_grid_a_block_has_its_buffer_on_all_sides() -> None:
    plan = MetaTilePlanner(WEBMERCATOR, FetchMode.META, Size(2, 2), 10).plan_for(TileCoord(4, 7, 6))

    (fetch,) = plan.fetches
    resolution = WEBMERCATOR.resolutions[4]
    assert fetch.size == (532, 532)
    assert [edge / resolution for edge in fetch.bbox] == pytest.approx([-522, -10, 10, 522])
    assert fetch.crops == (
        TileCrop(TileCoord(4, 6, 6), 10, 10),
        TileCrop(TileCoord(4, 7, 6), 266, 10),
        TileCrop(TileCoord(4, 6, 7), 10, 266),
        TileCrop(TileCoord(4, 7, 7), 266, 266),
    )


def test_the_buffer_ends_at_the_edge_of_the_grid() -> None:
    plan = MetaTilePlanner(WEBMERCATOR, FetchMode.META, Size(2, 2), 10).plan_for(TileCoord(4, 0, 1))

    (fetch,) = plan.fetches
    assert fetch.size == (522, 522)
    assert (fetch.bbox.min_x, fetch.bbox.max_y) == (-HALF, HALF)
    assert fetch.crops[0] == TileCrop(TileCoord(4, 0, 0), 0, 0)


def test_tiles_of_a_grid_counted_from_the_south_are_cut_from_the_top_too() -> None:
    plan = MetaTilePlanner(MERCATOR, FetchMode.META, Size(2, 2), 10).plan_for(TileCoord(4, 6, 6))

    (fetch,) = plan.fetches
    assert plan.main == (4, 6, 6)
    assert [crop[:] for crop in fetch.crops] == [
        ((4, 6, 7), 10, 10),
        ((4, 7, 7), 266, 10),
        ((4, 6, 6), 10, 266),
        ((4, 7, 6), 266, 266),
    ]


def test_positions_beyond_the_matrix_are_fetched_but_are_no_tiles() -> None:
    grid = TileGrid("three", UTM32, BBox(0, 0, 300, 300), Size(100, 100), (1.0,), "nw")

    plan = MetaTilePlanner(grid, FetchMode.META, Size(2, 2), 0).plan_for(TileCoord(0, 2, 2))

    (fetch,) = plan.fetches
    assert fetch.bbox == (200, -100, 400, 100)
    assert plan.coords == (TileCoord(0, 2, 2),)


def test_a_small_level_is_one_block() -> None:
    plan = MetaTilePlanner(WEBMERCATOR, FetchMode.META, Size(8, 8), 0).plan_for(TileCoord(1, 1, 1))

    assert plan.main == (1, 0, 0)
    assert plan.coords == ((1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1))


def test_single_tiles_are_fetched_as_they_are() -> None:
    coord = TileCoord(9, 100, 200)

    plan = MetaTilePlanner(WEBMERCATOR, FetchMode.SINGLE).plan_for(coord)

    (fetch,) = plan.fetches
    assert plan.main == coord
    assert fetch == (WEBMERCATOR.tile_bbox(coord), (256, 256), (TileCrop(coord, 0, 0),), True)


def test_bulk_fetches_every_tile_of_the_block_without_buffer() -> None:
    plan = MetaTilePlanner(MERCATOR, FetchMode.BULK, Size(2, 2), 80).plan_for(TileCoord(4, 7, 6))

    assert plan.main == (4, 6, 6)
    assert plan.coords == ((4, 6, 7), (4, 7, 7), (4, 6, 6), (4, 7, 6))
    assert [fetch.bbox for fetch in plan.fetches] == [MERCATOR.tile_bbox(coord) for coord in plan.coords]
    assert {fetch.size for fetch in plan.fetches} == {Size(256, 256)}
    assert all(fetch.crops == (TileCrop(coord, 0, 0),) for fetch, coord in zip(plan.fetches, plan.coords, strict=True))


def test_minimized_requests_fetch_just_the_range_of_the_missing_tiles() -> None:
    planner = MetaTilePlanner(WEBMERCATOR, FetchMode.META, Size(4, 4), 0, minimize_requests=True)

    (plan,) = planner.plans_for([TileCoord(6, 9, 20), TileCoord(6, 7, 21)])

    assert plan.coords == ((6, 7, 20), (6, 8, 20), (6, 9, 20), (6, 7, 21), (6, 8, 21), (6, 9, 21))
    assert plan.main == (6, 4, 20)
    assert plan.fetches[0].size == (768, 512)


def test_minimized_requests_for_one_tile_fetch_its_regular_block() -> None:
    planner = MetaTilePlanner(WEBMERCATOR, FetchMode.META, minimize_requests=True)
    coord = TileCoord(6, 9, 20)

    assert planner.plans_for([coord]) == [planner.plan_for(coord)]


def test_minimized_bulk_fetches_the_tiles_of_that_range_one_by_one() -> None:
    planner = MetaTilePlanner(WEBMERCATOR, FetchMode.BULK, minimize_requests=True)

    (plan,) = planner.plans_for([TileCoord(6, 9, 20), TileCoord(6, 9, 21)])

    assert [fetch.bbox for fetch in plan.fetches] == [
        WEBMERCATOR.tile_bbox(TileCoord(6, 9, 20)),
        WEBMERCATOR.tile_bbox(TileCoord(6, 9, 21)),
    ]


def test_nothing_missing_needs_no_plan() -> None:
    assert MetaTilePlanner(WEBMERCATOR, FetchMode.META, minimize_requests=True).plans_for([]) == []


def test_no_map_of_zero_pixels_is_asked_for() -> None:
    grid = TileGrid("sliver", UTM32, BBox(0, 0, 4, 5000), Size(256, 256), (10.0,), "nw")

    (fetch,) = MetaTilePlanner(grid, FetchMode.META, buffer_px=10).plan_for(TileCoord(0, 0, 0)).fetches

    assert fetch.size == (1, 500)


@given(planners(), st.data())
def test_every_tile_belongs_to_exactly_one_block(planner: MetaTilePlanner, data: st.DataObject) -> None:
    coord = data.draw(tiles_of(planner.grid))

    plan = planner.plan_for(coord)

    assert coord in plan.coords
    assert len(set(plan.coords)) == len(plan.coords)
    assert all(map(planner.grid.holds, plan.coords))
    assert {planner.plan_for(member) for member in plan.coords} == {plan}


@given(planners(), st.data())
def test_a_block_is_named_by_one_of_its_tiles(planner: MetaTilePlanner, data: st.DataObject) -> None:
    plan = planner.plan_for(data.draw(tiles_of(planner.grid)))

    assert plan.main in plan.coords


@given(planners(), st.data())
def test_cutting_a_map_at_the_crops_gives_the_boxes_of_the_tiles(planner: MetaTilePlanner, data: st.DataObject) -> None:
    """Within one pixel: the edge of a grid may cut a pixel in two."""
    coord = data.draw(tiles_of(planner.grid))
    pixel = planner.grid.resolutions[coord.z]

    for fetch in planner.plan_for(coord).fetches:
        for crop in fetch.crops:
            tile = planner.grid.tile_bbox(crop.coord)
            assert fetch.bbox.min_x + crop.left * pixel == pytest.approx(tile.min_x, rel=0, abs=1.001 * pixel)
            assert fetch.bbox.max_y - crop.top * pixel == pytest.approx(tile.max_y, rel=0, abs=1.001 * pixel)


@given(planners(), st.data())
def test_maps_are_asked_for_in_the_resolution_of_their_level(planner: MetaTilePlanner, data: st.DataObject) -> None:
    coord = data.draw(tiles_of(planner.grid))
    pixel = planner.grid.resolutions[coord.z]

    for fetch in planner.plan_for(coord).fetches:
        assert abs(fetch.size.width - max(1, fetch.bbox.width / pixel)) < 0.5001
        assert abs(fetch.size.height - max(1, fetch.bbox.height / pixel)) < 0.5001


@given(grids(), st.integers(1, 100), st.data())
def test_a_buffer_never_reaches_beyond_the_grid(grid: TileGrid, buffer_px: int, data: st.DataObject) -> None:
    plan = MetaTilePlanner(grid, FetchMode.META, buffer_px=buffer_px).plan_for(data.draw(tiles_of(grid)))

    assert grid.bbox.contains(plan.fetches[0].bbox)


@given(planners(), st.data())
def test_plans_hold_all_missing_tiles_and_no_block_twice(planner: MetaTilePlanner, data: st.DataObject) -> None:
    z = data.draw(st.integers(0, planner.grid.levels - 1))
    columns, rows = planner.grid.matrix_size(z)
    positions = st.tuples(st.integers(0, min(columns, 20) - 1), st.integers(0, min(rows, 20) - 1))
    missing = [TileCoord(z, x, y) for x, y in data.draw(st.lists(positions, max_size=12))]

    plans = planner.plans_for(missing)

    made = [coord for plan in plans for coord in plan.coords]
    assert set(missing) <= set(made)
    assert len(set(made)) == len(made)
    assert len(plans) <= len(missing)


@given(grids(), st.data())
def test_the_blocks_of_a_level_are_as_few_as_can_be(grid: TileGrid, data: st.DataObject) -> None:
    planner = MetaTilePlanner(grid, FetchMode.META, Size(3, 2), 0)
    z = data.draw(st.integers(0, grid.levels - 1))
    columns, rows = grid.matrix_size(z)
    assume(columns * rows <= 400)
    every = [TileCoord(z, x, y) for x in range(columns) for y in range(rows)]

    plans = planner.plans_for(every)

    width, height = min(3, columns), min(2, rows)
    assert len(plans) == math.ceil(columns / width) * math.ceil(rows / height)
    assert sorted(coord for plan in plans for coord in plan.coords) == sorted(every)

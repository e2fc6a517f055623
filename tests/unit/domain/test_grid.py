"""Where tiles lie: laws over all built-in and random grids, and the published numbers of OGC 17-083r4."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.domain.strategies import (
    BUILT_IN,
    GEODETIC,
    MERCATOR,
    UTM32,
    WEB_MERCATOR,
    WEBMERCATOR,
    WGS84,
    built_in_definition,
    grids,
    grids_with_tile,
    halving_grids,
    tiles_of,
)
from tilekeep.domain.errors import ConfigurationError, InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.origin import Origin
from tilekeep.domain.tile import TileCoord

#: Scale denominators of WebMercatorQuad levels 0 to 19 (17-083r4, D.1).
WEB_MERCATOR_QUAD = (
    559082264.028717,
    279541132.014358,
    139770566.007179,
    69885283.0035897,
    34942641.5017948,
    17471320.7508974,
    8735660.37544871,
    4367830.18772435,
    2183915.09386217,
    1091957.54693108,
    545978.773465544,
    272989.386732772,
    136494.693366386,
    68247.346683193,
    34123.6733415964,
    17061.8366707982,
    8530.91833539913,
    4265.45916769956,
    2132.72958384978,
    1066.36479192489,
)

#: Metres of a pixel as the standard standardises it (17-083r4, 6.1.1.1).
STANDARD_PIXEL = 0.00028


def edge_tolerance(grid: TileGrid, z: int) -> float:
    """What the sum of rounded offsets may be off: some units in the last place, and the twelfth digit."""
    columns, rows = grid.matrix_size(z)
    reach = max(map(abs, grid.bbox)) + grid.resolutions[z] * max(columns * grid.tile_size[0], rows * grid.tile_size[1])
    return 8 * math.ulp(reach) + 4e-12


def test_web_mercator_levels_have_the_published_scale_denominators() -> None:
    denominators = [resolution / STANDARD_PIXEL for resolution in WEBMERCATOR.resolutions]

    assert denominators == pytest.approx(WEB_MERCATOR_QUAD, rel=1e-13)


def test_web_mercator_matrices_double_from_a_single_tile() -> None:
    sizes = [WEBMERCATOR.matrix_size(z) for z in range(WEBMERCATOR.levels)]

    assert sizes == [Size(2**z, 2**z) for z in range(20)]


def test_world_crs84_quad_is_the_geodetic_grid_without_its_first_level() -> None:
    quad = TileGrid(
        "quad", WGS84, BBox(-180, -90, 180, 90), Size(256, 256), tuple(0.703125 / 2**z for z in range(18)), "nw"
    )
    denominators = [r / STANDARD_PIXEL * WGS84.metres_per_unit for r in quad.resolutions]

    assert quad.resolutions == GEODETIC.resolutions[1:19]
    assert [quad.matrix_size(z) for z in range(3)] == [Size(2, 1), Size(4, 2), Size(8, 4)]
    assert denominators == pytest.approx(WEB_MERCATOR_QUAD[1:19], rel=1e-13)
    assert quad.tile_bbox(TileCoord(0, 1, 0)) == BBox(0, -90, 180, 90)


@pytest.mark.parametrize(
    ("grid", "coord", "bbox"),
    [
        pytest.param(GEODETIC, (0, 0, 0), (-180, -90, 180, 270), id="the only tile of level 0 overlaps the north"),
        pytest.param(GEODETIC, (1, 1, 0), (0, -90, 180, 90), id="rows of a sw grid go up"),
        pytest.param(MERCATOR, (1, 0, 1), (-20037508.342789244, 0, 0, 20037508.342789244), id="sw: row 1 is north"),
        pytest.param(WEBMERCATOR, (1, 0, 1), (-20037508.342789244, -20037508.342789244, 0, 0), id="nw: row 1 is south"),
    ],
)
def test_a_tile_has_its_box(grid: TileGrid, coord: tuple[int, int, int], bbox: tuple[float, ...]) -> None:
    assert grid.tile_bbox(TileCoord(*coord)) == bbox


def test_a_pixel_that_does_not_fit_is_dropped_before_tiles_are_counted() -> None:
    grid = TileGrid("cut", UTM32, BBox(0, 0, 1000.9, 2001), Size(100, 100), (1.0,), "sw")

    assert grid.matrix_size(0) == Size(10, 21)


def test_pixels_are_counted_without_rounding_up() -> None:
    grid = TileGrid("tenths", UTM32, BBox(0, 0, 1.0, 1.0), Size(9, 1), (0.1,), "sw")

    assert grid.matrix_size(0) == Size(1, 9)  # 1.0 / 0.1 is 10.0, but ten times 0.1 is more than 1.0


def test_a_grid_smaller_than_a_pixel_has_one_tile() -> None:
    grid = TileGrid("tiny", UTM32, BBox(0, 0, 1, 1), Size(256, 256), (10.0,), "nw")

    assert grid.matrix_size(0) == Size(1, 1)


@given(grids_with_tile())
def test_the_centre_of_a_tile_lies_in_that_tile(grid_and_tile: tuple[TileGrid, TileCoord]) -> None:
    grid, coord = grid_and_tile
    bbox = grid.tile_bbox(coord)

    found = grid.tile_at((bbox.min_x + bbox.max_x) / 2, (bbox.min_y + bbox.max_y) / 2, coord.z)

    assert found == coord


@given(grids_with_tile())
def test_neighbours_share_their_edge(grid_and_tile: tuple[TileGrid, TileCoord]) -> None:
    grid, coord = grid_and_tile
    z, x, y = coord
    bbox, right, next_row = (grid.tile_bbox(TileCoord(z, *xy)) for xy in ((x, y), (x + 1, y), (x, y + 1)))

    tolerance = edge_tolerance(grid, z)

    assert bbox.max_x == pytest.approx(right.min_x, rel=0, abs=tolerance)
    if grid.origin == "sw":
        assert bbox.max_y == pytest.approx(next_row.min_y, rel=0, abs=tolerance)
    else:
        assert bbox.min_y == pytest.approx(next_row.max_y, rel=0, abs=tolerance)


@given(halving_grids(), st.data())
def test_a_tile_is_made_of_its_four_children(grid: TileGrid, data: st.DataObject) -> None:
    z, x, y = data.draw(tiles_of(replace(grid, resolutions=grid.resolutions[:-1])))
    children = [grid.tile_bbox(TileCoord(z + 1, 2 * x + i, 2 * y + j)) for i in (0, 1) for j in (0, 1)]

    joined = children[0].union(children[3])

    assert joined == pytest.approx(grid.tile_bbox(TileCoord(z, x, y)), rel=0, abs=edge_tolerance(grid, z))
    assert children[1].union(children[2]) == pytest.approx(joined, rel=0, abs=edge_tolerance(grid, z))


@given(grids())
def test_the_matrix_covers_the_box_but_for_a_part_of_a_pixel(grid: TileGrid) -> None:
    for z, resolution in enumerate(grid.resolutions):
        level = grid.level_bbox(z)

        assert level.width > grid.bbox.width - resolution - edge_tolerance(grid, z)
        assert level.height > grid.bbox.height - resolution - edge_tolerance(grid, z)


@given(grids_with_tile())
def test_flipping_twice_changes_nothing(grid_and_tile: tuple[TileGrid, TileCoord]) -> None:
    grid, coord = grid_and_tile

    flipped = grid.flipped(coord)

    assert grid.holds(flipped)
    assert grid.flipped(flipped) == coord


@given(grids_with_tile())
def test_a_flipped_tile_keeps_its_box_where_the_other_origin_is_supported(
    grid_and_tile: tuple[TileGrid, TileCoord],
) -> None:
    grid, coord = grid_and_tile
    other: Origin = "sw" if grid.origin == "nw" else "nw"
    assume(grid.supports_origin(other))

    turned = replace(grid, origin=other).tile_bbox(grid.flipped(coord))

    assert turned == pytest.approx(grid.tile_bbox(coord), rel=0, abs=edge_tolerance(grid, coord.z))


@pytest.mark.parametrize(
    ("grid", "origin", "supported"),
    [
        pytest.param(GEODETIC, "sw", True, id="a grid supports its own origin"),
        pytest.param(GEODETIC, "nw", False, id="level 0 of the geodetic grid is half empty"),
        pytest.param(MERCATOR, "nw", True, id="a square world can be counted from the north"),
        pytest.param(WEBMERCATOR, "sw", True, id="and from the south"),
    ],
)
def test_the_other_origin_needs_levels_that_fill_the_box(grid: TileGrid, origin: Origin, supported: bool) -> None:
    assert grid.supports_origin(origin) is supported


@pytest.mark.parametrize("coord", [(-1, 0, 0), (20, 0, 0), (1, -1, 0), (1, 0, -1), (1, 2, 0), (1, 0, 2)])
def test_a_grid_does_not_hold_what_lies_outside_its_matrices(coord: tuple[int, int, int]) -> None:
    assert not WEBMERCATOR.holds(TileCoord(*coord))


@given(grids_with_tile())
def test_a_grid_holds_each_of_its_tiles(grid_and_tile: tuple[TileGrid, TileCoord]) -> None:
    grid, coord = grid_and_tile

    assert grid.holds(coord)


def test_grids_of_the_same_values_are_the_same() -> None:
    twin = built_in_definition("GLOBAL_WEBMERCATOR").grid()

    assert twin == WEBMERCATOR
    assert hash(twin) == hash(WEBMERCATOR)
    assert replace(WEBMERCATOR, origin="sw") != WEBMERCATOR


def test_levels_are_named_by_two_digits_unless_they_have_names() -> None:
    named = TileGrid("named", UTM32, BBox(0, 0, 1, 1), Size(1, 1), (2.0, 1.0), "nw", level_names=("country", "town"))

    assert [WEBMERCATOR.level_name(z) for z in (0, 9, 10)] == ["00", "09", "10"]
    assert [named.level_name(z) for z in (0, 1)] == ["country", "town"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        pytest.param({"bbox": BBox(0, 0, 0, 1)}, "bbox", id="no width"),
        pytest.param({"bbox": BBox(0, 5, 1, 1)}, "bbox", id="south above north"),
        pytest.param({"bbox": BBox(0, 0, math.inf, 1)}, "bbox", id="infinite box"),
        pytest.param({"bbox": BBox(0, 0, math.nan, 1)}, "bbox", id="box without numbers"),
        pytest.param({"tile_size": Size(0, 256)}, "tile_size", id="tiles without pixels"),
        pytest.param({"resolutions": ()}, "levels", id="no levels"),
        pytest.param({"resolutions": (1.0, 0.0)}, "level 1", id="resolution of zero"),
        pytest.param({"resolutions": (math.nan,)}, "level 0", id="resolution without a number"),
        pytest.param({"resolutions": (1.0, 5e-324)}, "level 1", id="more pixels than numbers"),
        pytest.param({"resolutions": (1.0, 2.0)}, "2.0 follows 1.0", id="ascending levels"),
        pytest.param({"origin": "ne"}, "origin: 'ne'", id="unknown origin"),
    ],
)
def test_numbers_that_describe_no_grid_are_refused(wrong: dict[str, object], named: str) -> None:
    sound = {"bbox": BBox(0, 0, 9e9, 9e9), "tile_size": Size(256, 256), "resolutions": (1.0,), "origin": "sw"}

    with pytest.raises(ConfigurationError, match=r"grids\.city.*" + named):
        TileGrid(name="city", srs=UTM32, **{**sound, **wrong})  # type: ignore[arg-type]


WORLD = BBox(-20037508.342789244, -20037508.342789244, 20037508.342789244, 20037508.342789244)


@pytest.mark.parametrize("grid", BUILT_IN, ids=lambda grid: grid.name)
def test_the_box_of_a_grid_affects_its_whole_matrix(grid: TileGrid) -> None:
    for z in (0, 1, 4):
        affected = grid.affected(grid.bbox, z)

        assert affected.size == grid.matrix_size(z)
        assert None not in affected.coords


@pytest.mark.parametrize(
    ("grid", "coords"),
    [
        pytest.param(MERCATOR, [(1, 0, 1), (1, 1, 1), (1, 0, 0), (1, 1, 0)], id="sw: rows descend"),
        pytest.param(WEBMERCATOR, [(1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1)], id="nw: rows ascend"),
    ],
)
def test_affected_tiles_are_listed_row_by_row_from_the_top(grid: TileGrid, coords: list[tuple[int, int, int]]) -> None:
    assert list(grid.affected(WORLD, 1).coords) == coords


def test_positions_outside_the_matrix_are_empty() -> None:
    affected = WEBMERCATOR.affected(BBox(-3e7, 1e7, -1e7, 3e7), 1)

    assert affected.coords == (None, None, None, TileCoord(1, 0, 0))
    assert affected.size == (2, 2)


def test_a_tile_that_is_only_touched_is_not_affected() -> None:
    touching = WEBMERCATOR.tile_bbox(TileCoord(5, 7, 9))

    assert WEBMERCATOR.affected(touching, 5).coords == (TileCoord(5, 7, 9),)


def test_a_huge_box_is_counted_without_being_listed() -> None:
    count = WEBMERCATOR.affected(BBox(-1e300, -1e300, 1e300, 1e300), 19).count

    assert count > 10**500


@pytest.mark.parametrize(
    "bbox",
    [
        pytest.param(BBox(-1000.0, 5, -1000.0, 500), id="without width, on an edge"),
        pytest.param(BBox(0, 5, math.inf, 500), id="infinite"),
        pytest.param(BBox(0, math.nan, 10, 500), id="no number"),
        pytest.param(BBox(5e6, 5e6, -5e6, -5e6), id="inside out"),
    ],
)
def test_a_box_that_touches_nothing_is_invalid(bbox: BBox) -> None:
    grid = TileGrid("metres", WEB_MERCATOR, BBox(-1e6, -1e6, 1e6, 1e6), Size(100, 100), (1.0,), "nw")

    with pytest.raises(InvalidParameter, match="Invalid BBOX"):
        grid.affected(bbox, 0)


@given(grids_with_tile(), st.tuples(*[st.floats(0.01, 3.0)] * 4))
def test_affected_tiles_cover_the_box(
    grid_and_tile: tuple[TileGrid, TileCoord], reach: tuple[float, float, float, float]
) -> None:
    grid, coord = grid_and_tile
    tile = grid.tile_bbox(coord)
    x, y = (tile.min_x + tile.max_x) / 2, (tile.min_y + tile.max_y) / 2
    bbox = BBox(
        x - reach[0] * tile.width, y - reach[1] * tile.height, x + reach[2] * tile.width, y + reach[3] * tile.height
    )

    affected = grid.affected(bbox, coord.z)

    margin = grid.resolutions[coord.z] / 10 + edge_tolerance(grid, coord.z)
    assert BBox(
        affected.bbox.min_x - margin,
        affected.bbox.min_y - margin,
        affected.bbox.max_x + margin,
        affected.bbox.max_y + margin,
    ).contains(bbox)
    assert affected.count == len(affected.coords)
    assert coord in affected.coords
    inside = [found for found in affected.coords if found is not None]
    assert all(map(grid.holds, inside))
    assert len(set(inside)) == len(inside)

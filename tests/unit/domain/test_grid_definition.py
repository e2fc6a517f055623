"""What the options of a grid mean, and which of them exclude each other."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import (
    BUILT_IN,
    UTM32,
    WEB_MERCATOR,
    WEBMERCATOR,
    WGS84,
    built_in_definition,
)
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid_definition import BUILT_IN_GRIDS, GridDefinition

KILOMETRE = BBox(0, 0, 256000, 256000)
CITY = GridDefinition("city", UTM32, KILOMETRE, origin="nw")
ROOT = math.sqrt(2)


def grid_resolutions(**options: Any) -> tuple[float, ...]:
    return replace(CITY, **options).grid().resolutions


@pytest.mark.parametrize(
    ("name", "first"),
    [("GLOBAL_GEODETIC", 1.40625), ("GLOBAL_MERCATOR", 156543.03392804097), ("GLOBAL_WEBMERCATOR", 156543.03392804097)],
)
def test_built_in_grids_have_twenty_halving_levels(name: str, first: float) -> None:
    grid = built_in_definition(name).grid()

    assert grid.resolutions == tuple(first / 2**z for z in range(20))
    assert grid.matrix_size(0) == (1, 1)


def test_built_in_grids_count_rows_from_their_own_corner() -> None:
    assert {grid.name: grid.origin for grid in BUILT_IN} == {
        "GLOBAL_GEODETIC": "sw",
        "GLOBAL_MERCATOR": "sw",
        "GLOBAL_WEBMERCATOR": "nw",
    }
    assert [grid.bbox for grid in BUILT_IN] == [settings.bbox for settings in BUILT_IN_GRIDS]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"res": (5.0, 20.0, 10.0)}, (20, 10, 5), id="a list is sorted from the largest"),
        pytest.param({"res": (5.0, 20.0), "num_levels": 9, "res_factor": 3}, (20, 5), id="a list is all there is"),
        pytest.param({"num_levels": 3}, (1000, 500, 250), id="the first level fits the box in a tile"),
        pytest.param({"num_levels": 3, "res_factor": 4}, (1000, 250, 62.5), id="factor"),
        pytest.param({"min_res": 800, "num_levels": 2}, (800, 400), id="min_res is the first level"),
        pytest.param({"max_res": 249}, (1000, 500, 250), id="max_res ends the levels"),
        pytest.param({"max_res": 250}, (1000, 500), id="a level that hits max_res is left out"),
        pytest.param({"max_res": 2000}, (1000,), id="max_res above level 0 leaves level 0"),
        pytest.param({"max_res": 0, "min_res": 0, "num_levels": 2}, (1000, 500), id="zero counts as not given"),
        pytest.param({"max_res": 10, "num_levels": 3}, (1000, 100, 10), id="max_res and num_levels interpolate"),
    ],
)
def test_resolutions_follow_from_the_options(options: dict[str, Any], expected: tuple[float, ...]) -> None:
    assert grid_resolutions(**options) == pytest.approx(expected, rel=1e-14)


def test_there_are_twenty_levels_or_forty_of_half_the_step() -> None:
    assert len(grid_resolutions()) == 20
    assert len(grid_resolutions(res_factor="sqrt2")) == 40
    assert grid_resolutions(res_factor="sqrt2")[::2] == pytest.approx(grid_resolutions(), rel=1e-13)


@given(st.floats(0.01, 900), st.integers(2, 40))
def test_interpolated_levels_reach_from_end_to_end_in_equal_ratios(last: float, count: int) -> None:
    levels = grid_resolutions(max_res=last, num_levels=count)

    ratio = (1000 / last) ** (1 / (count - 1))
    assert levels == pytest.approx([1000 / ratio**z for z in range(count)], rel=1e-9)


@given(st.floats(0.01, 999), st.sampled_from([1.5, 2.0, 3.0, "sqrt2"]))
def test_levels_end_above_max_res_by_less_than_one_step(limit: float, factor: Any) -> None:
    levels = grid_resolutions(max_res=limit, res_factor=factor)

    assert levels[-1] > limit or len(levels) == 1
    assert levels[-1] / (ROOT if factor == "sqrt2" else factor) <= limit


HALVES = replace(CITY, num_levels=4).grid()  # 1000, 500, 250, 125
ROOTS = replace(CITY, num_levels=6, res_factor="sqrt2").grid()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"align_with": HALVES}, (1000, 500, 250, 125), id="all of the other grid's levels"),
        pytest.param({"align_with": HALVES, "min_res": 500}, (500, 250, 125), id="from min_res"),
        pytest.param({"align_with": HALVES, "max_res": 250}, (1000, 500, 250), id="down to max_res, included"),
        pytest.param({"align_with": HALVES, "num_levels": 2}, (1000, 500), id="num_levels of them"),
        pytest.param(
            {"align_with": HALVES, "bbox": BBox(0, 0, 150000, 100)}, (500, 250, 125), id="those that fit the own box"
        ),
        pytest.param(
            {"align_with": HALVES, "num_levels": 2, "res_factor": "sqrt2"},
            (1000, 1000 / ROOT, 500, 500 / ROOT),
            id="sqrt2 on halves: one more after each",
        ),
        pytest.param({"align_with": ROOTS}, ROOTS.resolutions[::2], id="halves on sqrt2: every second"),
        pytest.param({"align_with": ROOTS, "res_factor": "sqrt2"}, ROOTS.resolutions, id="sqrt2 on sqrt2: all"),
        pytest.param({"align_with": ROOTS, "res_factor": 3}, ROOTS.resolutions, id="any other factor: all"),
    ],
)
def test_levels_are_taken_from_the_grid_aligned_with(options: dict[str, Any], expected: tuple[float, ...]) -> None:
    assert grid_resolutions(**options) == expected


def test_names_stay_with_their_resolutions() -> None:
    grid = replace(CITY, res=(10.0, 100.0), res_names=("street", "town")).grid()

    assert [(grid.level_name(z), grid.resolutions[z]) for z in (0, 1)] == [("town", 100.0), ("street", 10.0)]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [("ll", "sw"), ("SW", "sw"), ("ul", "nw"), ("Nw", "nw"), pytest.param(None, "sw", id="nothing said")],
)
def test_origins_have_two_spellings_in_any_case(origin: str | None, expected: str) -> None:
    assert replace(CITY, origin=origin).grid().origin == expected


def test_a_grid_without_box_spans_the_world_of_its_srs() -> None:
    assert GridDefinition("world", WEB_MERCATOR).grid().bbox == WEBMERCATOR.bbox
    assert GridDefinition("world", WGS84).grid().bbox == (-180, -90, 180, 90)


def test_what_is_said_of_stretching_reaches_the_grid() -> None:
    grid = replace(CITY, stretch_factor=1.5, max_shrink_factor=2.0, threshold_res=(700.0,)).grid()

    assert (grid.stretch_factor, grid.max_shrink_factor, grid.threshold_res) == (1.5, 2.0, (700.0,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"res": (1.0,), "min_res": 5}, r"\.res: .*excludes min_res", id="res with min_res"),
        pytest.param({"res": (1.0,), "max_res": 0}, r"\.res: .*excludes max_res", id="res with max_res, even zero"),
        pytest.param(
            {"res": (1.0,), "align_with": HALVES}, r"\.res: .*excludes align_resolutions_with", id="res with alignment"
        ),
        pytest.param({"res": (1.0, -1.0)}, "level 1 is -1.0", id="negative resolution"),
        pytest.param({"res": (2.0, 1.0), "res_names": ("a",)}, r"\.res: the names", id="a name missing"),
        pytest.param({"res": (2.0, 1.0), "res_names": ("a", "b", "b")}, r"\.res: the names", id="a name too many"),
        pytest.param({"res": (2.0, 1.0), "res_names": ("a", "a")}, r"\.res: the names", id="a name twice"),
        pytest.param({"max_res": 10, "num_levels": 1}, r"\.num_levels: 1 level", id="one level cannot interpolate"),
        pytest.param({"max_res": 2000, "num_levels": 3}, r"\.max_res: 2000 is larger than 1000", id="upside down"),
        pytest.param(
            {"align_with": HALVES, "num_levels": 1}, r"align_resolutions_with: city has fewer", id="one level"
        ),
        pytest.param({"align_with": HALVES, "min_res": 1}, r"align_resolutions_with: city has fewer", id="none fits"),
        pytest.param({"bbox": None}, r"\.bbox: missing, and EPSG:25832", id="no box and no default"),
        pytest.param({"origin": "south"}, r"\.origin: 'south'.*ll, sw, ul or nw", id="unknown origin"),
        pytest.param({"res_factor": 1.0}, r"\.res_factor: 1.0 must be larger than 1", id="a factor that goes nowhere"),
        pytest.param({"res_factor": 0.5, "max_res": 1}, r"\.res_factor: 0.5", id="a factor that goes up"),
        pytest.param({"res_factor": math.nan}, r"\.res_factor: nan", id="a factor without a number"),
        pytest.param({"res_factor": 1.000001, "max_res": 1}, r"more than 1000 levels", id="endless small steps"),
        pytest.param({"num_levels": 10**9}, r"more than 1000 levels", id="endless levels"),
        pytest.param({"num_levels": 900, "res_factor": 10}, "divides the bbox", id="levels below the smallest number"),
        pytest.param({"num_levels": -1}, r"\.num_levels: -1", id="negative number of levels"),
        pytest.param({"min_res": -1.0}, r"\.min_res: -1.0", id="negative min_res"),
        pytest.param({"max_res": math.nan}, r"\.max_res: nan", id="max_res without a number"),
        pytest.param({"bbox": BBox(5, 0, 1, 9)}, r"\.bbox: \[5, 0, 1, 9\] is empty", id="east before west"),
        pytest.param({"tile_size": Size(256, 0)}, r"\.tile_size: \[256, 0\]", id="tiles without rows"),
    ],
)
def test_impossible_options_are_refused_by_place_and_value(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^grids\.city.*" + message):
        replace(CITY, **options).grid()

"""Which level a resolution is drawn from."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import GEODETIC, UTM32, WEBMERCATOR, grids
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid


def grid_of(*resolutions: float, stretch: float = 1.15, thresholds: tuple[float, ...] = ()) -> TileGrid:
    return TileGrid(
        "levels",
        UTM32,
        BBox(0, 0, 1e6, 1e6),
        Size(256, 256),
        resolutions,
        "nw",
        stretch_factor=stretch,
        threshold_res=thresholds,
    )


@pytest.mark.parametrize(
    ("resolution", "level"),
    [
        pytest.param(10, 0, id="a level's own resolution"),
        pytest.param(9, 0, id="stretching by less than the factor"),
        pytest.param(8.7, 0, id="stretching by just the factor"),
        pytest.param(8, 1, id="stretching by more than the factor"),
        pytest.param(1e6, 0, id="coarser than all"),
        pytest.param(0.001, 1, id="finer than all"),
    ],
)
def test_tiles_are_stretched_up_to_the_factor(resolution: float, level: int) -> None:
    assert grid_of(10, 5).closest_level(resolution) == level


@pytest.mark.parametrize(
    ("resolution", "level"),
    [
        pytest.param(100, 0, id="own resolution"),
        pytest.param(92, 1, id="the nearest within the factor that is not finer"),
        pytest.param(91, 1, id="not a finer one"),
        pytest.param(90, 2, id="own resolution of a close level"),
    ],
)
def test_among_levels_closer_than_the_factor_the_last_not_finer_one_wins(resolution: float, level: int) -> None:
    assert grid_of(100, 95, 90, 85, 50, stretch=1.3).closest_level(resolution) == level


@pytest.mark.parametrize(
    ("thresholds", "resolution", "level"),
    [
        pytest.param((700.0,), 701, 0, id="above a threshold the coarser level"),
        pytest.param((700.0,), 700, 1, id="at the threshold the finer one"),
        pytest.param((700.0,), 500, 1, id="down to the finer level's own resolution"),
        pytest.param((300.0, 700.0), 301, 1, id="the next threshold counts below"),
        pytest.param((300.0, 700.0), 300, 2, id="and switches at its own number"),
        pytest.param((5000.0, 700.0), 600, 1, id="thresholds above level 0 are skipped"),
        pytest.param((5000.0,), 600, 1, id="also the only one"),
        pytest.param((800.0, 700.0, 300.0), 310, 2, id="a second threshold in one gap blocks all below"),
        pytest.param((500.0,), 501, 0, id="a threshold on a level guards that level"),
    ],
)
def test_thresholds_overrule_the_factor(thresholds: tuple[float, ...], resolution: float, level: int) -> None:
    assert grid_of(1000, 500, 250, 100, thresholds=thresholds).closest_level(resolution) == level


@given(grids(), st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=2))
def test_a_coarser_map_never_comes_from_a_finer_level(grid: TileGrid, asked: list[float]) -> None:
    finer, coarser = sorted(asked)

    assert grid.closest_level(finer) >= grid.closest_level(coarser)


@given(grids(), st.floats(1e-3, 1e6))
def test_the_level_is_fine_enough_but_for_the_factor(grid: TileGrid, asked: float) -> None:
    level = grid.closest_level(asked)

    assert level == grid.levels - 1 or grid.resolutions[level] <= asked * grid.stretch_factor


@given(grids())
def test_a_level_is_the_closest_to_its_own_resolution(grid: TileGrid) -> None:
    assert all(above > below for above, below in pairwise(grid.resolutions))
    assert [grid.closest_level(resolution) for resolution in grid.resolutions] == list(range(grid.levels))


@pytest.mark.parametrize(
    ("bbox", "size", "level"),
    [
        pytest.param(WEBMERCATOR.bbox, Size(256, 256), 0, id="the world in one tile"),
        pytest.param(WEBMERCATOR.bbox, Size(512, 256), 1, id="the finer direction counts"),
        pytest.param(WEBMERCATOR.bbox, Size(64, 64), 0, id="level 0 shrinks to a quarter"),
        pytest.param(WEBMERCATOR.bbox, Size(63, 63), None, id="but not further"),
        pytest.param(BBox(3e7, 0, 4e7, 1e7), Size(256, 256), None, id="beside the grid there are no tiles"),
        pytest.param(BBox(20037508.342789244, 0, 3e7, 1e7), Size(256, 256), None, id="nor where it only touches"),
    ],
)
def test_a_map_has_a_level_or_no_tiles(bbox: BBox, size: Size, level: int | None) -> None:
    assert WEBMERCATOR.level_for(bbox, size) == level


def test_a_grid_of_degrees_measures_maps_in_degrees() -> None:
    assert GEODETIC.level_for(BBox(0, 0, 90, 90), Size(256, 256)) == 2

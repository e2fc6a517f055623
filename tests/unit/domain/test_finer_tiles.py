"""The four tiles of the next level that show a tile, and grids of the same tiles with more pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.finer_tiles import doubled_grid, finer_tiles, first_level_not_halved
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.origin import Origin
from tilekeep.domain.tile import TileCoord

ORIGINS: list[Origin] = ["sw", "nw"]


@given(z=st.integers(0, 18), x=st.floats(0, 0.999), y=st.floats(0, 0.999), origin=st.sampled_from(ORIGINS))
def test_they_show_the_area_of_the_tile(z: int, x: float, y: float, origin: Origin) -> None:
    grid = replace(WEBMERCATOR, origin=origin)
    columns, rows = grid.matrix_size(z)
    coord = TileCoord(z, int(x * columns), int(y * rows))

    block = finer_tiles(grid, coord)

    boxes = [grid.tile_bbox(part) for part in block if part is not None]
    assert len(boxes) == 4
    west, south, east, north = grid.tile_bbox(coord)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    assert boxes[0] == pytest.approx((west, middle_y, middle_x, north), abs=1e-6)
    assert boxes[1] == pytest.approx((middle_x, middle_y, east, north), abs=1e-6)
    assert boxes[2] == pytest.approx((west, south, middle_x, middle_y), abs=1e-6)
    assert boxes[3] == pytest.approx((middle_x, south, east, middle_y), abs=1e-6)


@pytest.mark.parametrize("origin", ORIGINS)
def test_those_outside_the_matrix_are_none(origin: Origin) -> None:
    grid = replace(
        WEBMERCATOR, origin=origin, bbox=BBox(0, 0, 700, 700), resolutions=(2.0, 1.0), stated_matrix_sizes=()
    )
    last = TileCoord(0, 1, 1)

    block = finer_tiles(grid, last)

    assert grid.matrix_size(1) == (3, 3)
    corner, none = TileCoord(1, 2, 2), (None, None)
    assert block == ((corner, None, *none) if origin == "nw" else (*none, corner, None))


def test_the_last_level_has_none() -> None:
    assert finer_tiles(WEBMERCATOR, TileCoord(WEBMERCATOR.levels - 1, 0, 0)) == ()


@pytest.mark.parametrize(
    ("resolutions", "level"),
    [
        pytest.param((4.0, 2.0, 1.0), None, id="halved"),
        pytest.param((4.0, 2.0, 1.5), 1, id="not from the second level on"),
        pytest.param((10.0, 1.0), 0, id="tenths"),
        pytest.param((7.0,), None, id="one level"),
    ],
)
def test_grids_whose_levels_are_not_halved_are_told_apart(resolutions: tuple[float, ...], level: int | None) -> None:
    assert first_level_not_halved(replace(WEBMERCATOR, resolutions=resolutions)) == level


def test_a_doubled_grid_has_the_same_tiles() -> None:
    grid: TileGrid = replace(WEBMERCATOR, bbox=WEBMERCATOR.bbox._replace(max_x=1234567.0))
    coord = TileCoord(5, 3, 7)

    doubled = doubled_grid(grid)

    assert doubled.tile_size == (512, 512)
    assert doubled.matrix_sizes == grid.matrix_sizes
    assert doubled.tile_bbox(coord) == pytest.approx(grid.tile_bbox(coord))

"""The four tiles of the next level that show a tile, and grids of the same tiles with more pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.finer_tiles import doubled_grid, finer_tiles, first_level_not_halved
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

    assert block is not None
    assert block.size == (2, 2)
    assert block.bbox == pytest.approx(grid.tile_bbox(coord), abs=1e-6)
    assert None not in block.coords


def test_the_last_level_has_none() -> None:
    assert finer_tiles(WEBMERCATOR, TileCoord(WEBMERCATOR.levels - 1, 0, 0)) is None


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

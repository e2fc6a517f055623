"""When one coordinate means the same tile in two grids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.fakes.catalogue import MERCATOR, WEBMERCATOR
from tests.unit.domain.strategies import grids
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.same_tiles import have_same_tiles

BOX = BBox(0.0, 0.0, 10_240.0, 10_240.0)
GRID = TileGrid("grid", MERCATOR, BOX, Size(256, 256), (40.0, 20.0, 10.0), "nw")


@given(grids())
def test_every_grid_has_the_tiles_of_itself_under_another_name(grid: TileGrid) -> None:
    assert have_same_tiles(grid, replace(grid, name="other"))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(GRID, resolutions=GRID.resolutions[:1]), id="fewer-levels"),
        pytest.param(replace(GRID, bbox=BBox(0.0, 10_240.0 - 6_000.0, 6_000.0, 10_240.0)), id="a-smaller-matrix"),
        pytest.param(replace(GRID, bbox=BBox(0.5, 0.0, 10_240.0, 10_239.5)), id="a-shift-by-less-than-a-tenth"),
        pytest.param(replace(GRID, stretch_factor=2.0, threshold_res=(15.0,)), id="other-levels-for-maps"),
    ],
)
def test_what_moves_no_tile_does_not_matter(other: TileGrid) -> None:
    assert have_same_tiles(GRID, other)
    assert have_same_tiles(other, GRID)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(GRID, origin="sw"), id="rows-count-from-below"),
        pytest.param(replace(GRID, tile_size=Size(512, 512)), id="larger-tiles"),
        pytest.param(replace(GRID, resolutions=(40.0, 20.0, 9.9)), id="another-resolution-of-one-level"),
        pytest.param(replace(GRID, bbox=BBox(1.1, 0.0, 10_240.0, 10_240.0)), id="a-shift-by-more-than-a-tenth"),
        pytest.param(WEBMERCATOR, id="another-grid"),
    ],
)
def test_what_moves_tiles_keeps_grids_apart(other: TileGrid) -> None:
    assert not have_same_tiles(GRID, other)
    assert not have_same_tiles(other, GRID)


def test_the_extent_of_the_world_may_be_spelled_with_few_digits() -> None:
    box = BBox(-20037508.34, -20037508.34, 20037508.34, 20037508.34)

    assert have_same_tiles(WEBMERCATOR, GridDefinition("own", MERCATOR, box, origin="nw").grid())

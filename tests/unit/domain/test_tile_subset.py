"""When the tiles of one grid can stand in for those of another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.unit.domain.strategies import GEODETIC, MERCATOR, WEBMERCATOR, halving_grids
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.tile_subset import is_subset

EUROPE = GridDefinition(
    "europe", WEBMERCATOR.srs, WEBMERCATOR.tile_bbox(WEBMERCATOR.tile_at(1e6, 6e6, 5)), align_with=WEBMERCATOR
).grid()


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        pytest.param(WEBMERCATOR, WEBMERCATOR, True, id="a grid and itself"),
        pytest.param(WEBMERCATOR, MERCATOR, True, id="another origin, another code of the same SRS"),
        pytest.param(replace(WEBMERCATOR, resolutions=WEBMERCATOR.resolutions[2:9]), MERCATOR, True,
                     id="fewer levels"),
        pytest.param(MERCATOR, replace(MERCATOR, resolutions=MERCATOR.resolutions[:9]), False,
                     id="more levels"),
        pytest.param(EUROPE, WEBMERCATOR, True, id="aligned tiles of a part"),
        pytest.param(WEBMERCATOR, EUROPE, False, id="the whole in a part"),
        pytest.param(replace(EUROPE, bbox=BBox(5e4, 5e4, 9e5, 9e5)), WEBMERCATOR, False,
                     id="tiles that do not align"),
        pytest.param(replace(EUROPE, bbox=BBox(9e7, 9e7, 9e7 + 1e6, 9e7 + 1e6)), WEBMERCATOR, False,
                     id="elsewhere"),
        pytest.param(replace(WEBMERCATOR, tile_size=Size(512, 512)), WEBMERCATOR, False,
                     id="another tile size"),
        pytest.param(GEODETIC, WEBMERCATOR, False, id="another SRS"),
        pytest.param(replace(WEBMERCATOR, resolutions=(150000.0,)), WEBMERCATOR, False,
                     id="a level in between"),
    ],
)  # fmt: skip
def test_a_subset_has_srs_tile_size_levels_and_edges_in_common(
    inner: TileGrid, outer: TileGrid, expected: bool
) -> None:
    assert is_subset(inner, outer) is expected


@given(halving_grids())
def test_every_grid_that_halves_is_a_subset_of_itself(grid: TileGrid) -> None:
    assert is_subset(grid, grid)

"""Grids out of OGC tile matrix sets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.strategies import GEODETIC, UTM32, WEB_MERCATOR, WEBMERCATOR, WGS84
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import Size
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_matrix_set import TileMatrix, grid_of_matrices

WORLD_CORNER = (-20037508.342789244, 20037508.342789244)
WEB_MERCATOR_QUAD = [
    TileMatrix(str(z), 156543.03392804097 / 2**z, WORLD_CORNER, Size(256, 256), Size(2**z, 2**z)) for z in range(20)
]


def test_web_mercator_quad_is_the_web_mercator_grid() -> None:
    grid = grid_of_matrices("WebMercatorQuad", WEB_MERCATOR, WEB_MERCATOR_QUAD)

    assert grid.bbox == pytest.approx(WEBMERCATOR.bbox, rel=1e-15)
    assert grid.resolutions == WEBMERCATOR.resolutions
    assert grid.matrix_sizes == WEBMERCATOR.matrix_sizes
    assert grid.origin == "nw"
    assert grid.level_name(7) == "7"


def test_a_point_of_origin_with_latitude_first_is_turned() -> None:
    quad = [TileMatrix("0", 0.703125, (90.0, -180.0), Size(256, 256), Size(2, 1))]

    grid = grid_of_matrices("WGS1984Quad", WGS84, quad)

    assert grid.bbox == GEODETIC.bbox
    assert grid.tile_bbox(TileCoord(0, 1, 0)) == (0, -90, 180, 90)


def test_rows_may_be_counted_from_the_bottom() -> None:
    matrices = [TileMatrix("a", 10.0, (500.0, 0.0), Size(100, 50), Size(2, 3), "bottomLeft")]

    grid = grid_of_matrices("local", UTM32, matrices)

    assert (grid.origin, grid.bbox) == ("sw", (500, 0, 2500, 1500))


def test_matrices_keep_the_size_of_the_document() -> None:
    larger = [
        TileMatrix("a", 10.0, (0.0, 0.0), Size(100, 100), Size(1, 1)),
        TileMatrix("b", 5.0, (0.0, 0.0), Size(100, 100), Size(3, 2)),
    ]

    grid = grid_of_matrices("local", UTM32, larger)

    assert grid.matrix_size(1) == (3, 2)
    assert grid.holds(TileCoord(1, 2, 1))
    assert grid.flipped(TileCoord(1, 0, 0)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"has_variable_widths": True}, "variableMatrixWidths", id="variable widths"),
        pytest.param({"corner_of_origin": "center"}, "cornerOfOrigin 'center' is unknown", id="unknown corner"),
        pytest.param({"corner_of_origin": "bottomLeft"}, "cornerOfOrigin 'bottomLeft' differs", id="another corner"),
        pytest.param({"tile_size": Size(512, 512)}, "tileWidth and tileHeight", id="another tile size"),
        pytest.param({"point_of_origin": (0.0, 0.0)}, "pointOfOrigin", id="another point of origin"),
    ],
)
def test_matrices_unlike_the_first_are_refused(change: dict[str, Any], message: str) -> None:
    matrices = [*WEB_MERCATOR_QUAD[:2], WEB_MERCATOR_QUAD[2]._replace(**change)]

    with pytest.raises(ConfigurationError, match="tile matrix set odd, matrix 2: " + message):
        grid_of_matrices("odd", WEB_MERCATOR, matrices)


def test_a_set_without_matrices_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tile matrix set empty: no tile matrices"):
        grid_of_matrices("empty", WEB_MERCATOR, [])

"""How services number levels and rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import (
    GEODETIC,
    GOOGLE_MERCATOR,
    MERCATOR,
    UTM32,
    WEB_MERCATOR,
    WEBMERCATOR,
    WGS84,
    grids,
    tiles_of,
)
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import TileCoord

ROOTS = GridDefinition("roots", WEB_MERCATOR, origin="nw", res_factor="sqrt2").grid()
LOCAL = GridDefinition("city", UTM32, BBox(0, 0, 1e5, 1e5), origin="nw").grid()
LOCAL_ROOTS = GridDefinition("city", UTM32, BBox(0, 0, 256000, 256000), origin="nw", res_factor="sqrt2").grid()
ONE_LEVEL = TileGrid("one", WEB_MERCATOR, WEBMERCATOR.bbox, Size(256, 256), WEBMERCATOR.resolutions[:1], "nw")


@pytest.mark.parametrize(
    ("grid", "service", "levels"),
    [
        pytest.param(WEBMERCATOR, TileService.TMS, range(1, 20), id="TMS hides level 0 of the mercator world"),
        pytest.param(GEODETIC, TileService.TMS, range(1, 20), id="TMS hides level 0 of the geodetic world"),
        pytest.param(LOCAL, TileService.TMS, range(20), id="TMS shows all levels of other grids"),
        pytest.param(ROOTS, TileService.TMS, range(2, 40, 2), id="TMS hides two levels of a sqrt2 world"),
        pytest.param(LOCAL_ROOTS, TileService.TMS, range(0, 40, 2), id="TMS shows every second level of sqrt2"),
        pytest.param(WEBMERCATOR, TileService.TILES, range(20), id="tiles show the first level of a world"),
        pytest.param(ROOTS, TileService.TILES, range(0, 40, 2), id="tiles show every second level of sqrt2"),
        pytest.param(ROOTS, TileService.KML, range(0, 40, 2), id="so does KML"),
        pytest.param(WEBMERCATOR, TileService.KML, range(20), id="KML shows the first level of a world"),
        pytest.param(WEBMERCATOR, TileService.WMTS, range(20), id="WMTS shows all levels"),
        pytest.param(ROOTS, TileService.WMTS, range(40), id="WMTS shows all levels of sqrt2 as documented"),
        pytest.param(ONE_LEVEL, TileService.TMS, range(0), id="TMS shows nothing of a world of one level"),
        pytest.param(ONE_LEVEL, TileService.TILES, range(1), id="tiles show a single level"),
    ],
)
def test_a_service_shows_its_levels(grid: TileGrid, service: TileService, levels: range) -> None:
    orders = PublicLevels(grid, service).orders

    assert orders == tuple((order, level, grid.resolutions[level]) for order, level in enumerate(levels))


def test_a_factor_near_the_root_of_2_is_numbered_like_any_other() -> None:
    near = GridDefinition("near", WEB_MERCATOR, res_factor=1.4142, num_levels=10).grid()

    assert [level for _, level, _ in PublicLevels(near, TileService.TILES).orders] == list(range(10))


@pytest.mark.parametrize(
    ("grid", "profile", "srs_name"),
    [
        pytest.param(WEBMERCATOR, "global-mercator", "OSGEO:41001", id="EPSG:3857"),
        pytest.param(MERCATOR, "global-mercator", "OSGEO:41001", id="EPSG:900913"),
        pytest.param(GEODETIC, "global-geodetic", "EPSG:4326", id="EPSG:4326"),
        pytest.param(replace(GEODETIC, srs=replace(WGS84, code="CRS:84")), "global-geodetic", "EPSG:4326", id="CRS:84"),
        pytest.param(LOCAL, "local", "EPSG:25832", id="another SRS"),
        pytest.param(
            GridDefinition("part", GOOGLE_MERCATOR, BBox(0, 0, 1e6, 1e6)).grid(),
            "local",
            "EPSG:900913",
            id="a part of the world keeps its code as written",
        ),
    ],
)
def test_a_grid_that_is_exactly_a_world_has_a_global_profile(grid: TileGrid, profile: str, srs_name: str) -> None:
    levels = PublicLevels(grid, TileService.TMS)

    assert (levels.profile, levels.tms_srs_name) == (profile, srs_name)


@pytest.mark.parametrize(
    ("grid", "service", "address", "origin", "coord"),
    [
        pytest.param(WEBMERCATOR, TileService.TMS, (0, 0, 0), "sw", (1, 0, 1), id="TMS row 0 is the south"),
        pytest.param(GEODETIC, TileService.TMS, (0, 1, 0), "sw", (1, 1, 0), id="TMS on a grid from the south"),
        pytest.param(WEBMERCATOR, TileService.TILES, (2, 3, 1), None, (2, 3, 1), id="own rows without an origin"),
        pytest.param(WEBMERCATOR, TileService.TILES, (2, 3, 1), "nw", (2, 3, 1), id="own origin"),
        pytest.param(WEBMERCATOR, TileService.TILES, (2, 3, 1), "sw", (2, 3, 2), id="other origin"),
        pytest.param(GEODETIC, TileService.TILES, (0, 0, 0), "nw", (0, 0, 0), id="flipped within a single row"),
        pytest.param(ROOTS, TileService.TILES, (1, 1, 0), "nw", (2, 1, 0), id="second level of sqrt2"),
        pytest.param(WEBMERCATOR, TileService.TMS, (-1, 0, 0), "sw", None, id="level below zero"),
        pytest.param(WEBMERCATOR, TileService.TMS, (19, 0, 0), "sw", None, id="level beyond the hidden one"),
        pytest.param(WEBMERCATOR, TileService.TILES, (20, 0, 0), "sw", None, id="level too deep"),
        pytest.param(WEBMERCATOR, TileService.TILES, (-20, 0, 0), None, None, id="level from the end"),
        pytest.param(WEBMERCATOR, TileService.TILES, (10**30, 0, 0), "sw", None, id="absurd level"),
        pytest.param(WEBMERCATOR, TileService.TILES, (1, 2, 0), None, None, id="column too far"),
        pytest.param(WEBMERCATOR, TileService.TILES, (1, -1, 0), None, None, id="column below zero"),
        pytest.param(WEBMERCATOR, TileService.TILES, (1, 0, 2), "sw", None, id="row too far"),
        pytest.param(WEBMERCATOR, TileService.TILES, (1, 0, -1), "sw", None, id="row below zero"),
    ],
)
def test_a_public_address_names_a_tile_or_nothing(
    grid: TileGrid,
    service: TileService,
    address: tuple[int, int, int],
    origin: Origin | None,
    coord: tuple[int, int, int] | None,
) -> None:
    assert PublicLevels(grid, service).coord(*address, origin) == coord


def test_a_hidden_level_has_no_address() -> None:
    assert PublicLevels(WEBMERCATOR, TileService.TMS).address(TileCoord(0, 0, 0)) is None
    assert PublicLevels(ROOTS, TileService.TILES).address(TileCoord(3, 0, 0)) is None


def test_a_public_level_has_the_matrix_of_its_grid_level() -> None:
    assert PublicLevels(GEODETIC, TileService.TMS).matrix_size(0) == (2, 1)


@given(grids(), st.sampled_from(TileService), st.sampled_from(["sw", "nw", None]), st.data())
def test_every_tile_of_a_shown_level_has_one_address(
    grid: TileGrid, service: TileService, origin: Origin | None, data: st.DataObject
) -> None:
    levels = PublicLevels(grid, service)
    coord = data.draw(tiles_of(grid))
    address = levels.address(coord, origin)

    if address is None:
        assert coord.z not in {level for _, level, _ in levels.orders}
    else:
        assert levels.coord(*address, origin) == coord


@given(grids(), st.sampled_from(TileService), st.sampled_from(["sw", "nw", None]), st.data())
def test_an_address_names_a_tile_that_has_this_address(
    grid: TileGrid, service: TileService, origin: Origin | None, data: st.DataObject
) -> None:
    levels = PublicLevels(grid, service)
    address = data.draw(st.tuples(st.integers(-2, 22), st.integers(-1, 40), st.integers(-1, 40)))

    coord = levels.coord(*address, origin)

    if coord is not None:
        assert grid.holds(coord)
        assert levels.address(coord, origin) == address

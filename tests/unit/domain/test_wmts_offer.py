"""From what a WMTS offers to the tiles of one layer in one grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.catalogue import WGS84
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.found_tiles import TileRange
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import METRES_PER_DEGREE, Srs
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.wmts_offer import (
    MatrixSet,
    MatrixSetLink,
    OfferedDimension,
    OfferedLayer,
    ScaledMatrix,
    WantedTiles,
    WmtsOffer,
    grid_of_matrix_set,
    tiles_of,
)

HALF = 20037508.342789244
URL = "https://host/wmts/1.0.0/WMTSCapabilities.xml"
DEGREES = replace(WGS84, north_first=True, metres_per_unit=METRES_PER_DEGREE)


def srs_of(code: str) -> Srs:
    known = {"EPSG:3857": WEBMERCATOR.srs, "EPSG:4326": DEGREES, "CRS:84": replace(DEGREES, north_first=False)}
    if code not in known:
        raise ProjectionError(f"{code} is not known")
    return known[code]


def matrix_set(name: str = "google", crs: str = "urn:ogc:def:crs:EPSG::3857", levels: int = 3) -> MatrixSet:
    matrices = [
        ScaledMatrix(f"{name}:{z}", 559082264.0287178 / 2**z, (-HALF, HALF), Size(256, 256), Size(2**z, 2**z))
        for z in range(levels)
    ]
    return MatrixSet(name, crs, tuple(reversed(matrices)))  # documents may have them in any order


LAYER = OfferedLayer(
    "roads",
    styles=("usual", "night"),
    formats=("image/jpeg", "image/png"),
    links=(MatrixSetLink("google", {"google:1": TileRange(0, 0, 0, 1)}),),
    templates=(),
    dimensions=(),
)
OFFER = WmtsOffer((LAYER,), {"google": matrix_set()}, "https://host/wmts?map=a")
WANTED = WantedTiles("roads", WEBMERCATOR, None, None, ("image/png",), only_these_formats=False, dimensions={})


def url(offer: WmtsOffer = OFFER, wanted: WantedTiles = WANTED) -> str:
    found = tiles_of(offer, wanted, URL, srs_of)
    return found.template.url(TileCoord(1, 0, 1), "png", lambda _: BBox(0, 0, 1, 1))


def with_layer(**changes: Any) -> WmtsOffer:
    return OFFER._replace(layers=(LAYER._replace(**changes),))


def test_tiles_are_asked_for_by_parameters_where_there_is_no_template() -> None:
    assert url() == (
        "https://host/wmts?map=a&service=WMTS&request=GetTile&version=1.0.0&layer=roads&style=usual&format=image%2Fpng"
        "&tilematrixset=google&tilematrix=google%3A1&tilerow=1&tilecol=0"
    )


def test_a_template_of_the_format_comes_first() -> None:
    templates = (
        ("image/jpeg", "/{TileMatrix}/{TileRow}/{TileCol}.jpeg"),
        ("image/png", "/{TileMatrix}/{TileRow}/{TileCol}"),
    )

    assert url(with_layer(templates=templates)) == "https://host/google%3A1/1/0"


def test_a_template_that_means_nothing_gives_way_to_parameters() -> None:
    assert "service=WMTS" in url(with_layer(templates=(("image/png", "/{s}/{TileMatrix}/{TileRow}/{TileCol}"),)))


def test_levels_are_sorted_and_limited() -> None:
    found = tiles_of(OFFER, WANTED, URL, srs_of)

    assert found.grid.resolutions == pytest.approx(WEBMERCATOR.resolutions[:3], rel=1e-9)
    assert found.grid.level_names == ("google:0", "google:1", "google:2")
    assert (found.offers(TileCoord(1, 0, 1)), found.offers(TileCoord(1, 1, 1))) == (True, False)


def test_another_format_will_do_unless_it_is_stated() -> None:
    wanted = WANTED._replace(formats=("image/webp",))

    assert "format=image%2Fjpeg" in url(wanted=wanted)
    with pytest.raises(ValueError, match="no format 'image/webp', but 'image/jpeg', 'image/png'"):
        url(wanted=wanted._replace(only_these_formats=True))


def test_dimensions_are_those_that_are_stated_else_those_of_the_server() -> None:
    offer = with_layer(dimensions=(OfferedDimension("Time", "2026"), OfferedDimension("level", None)))

    assert "&Time=2026&level=5&" in url(offer, WANTED._replace(dimensions={"level": "5"}))
    with pytest.raises(ValueError, match="'level' of the layer has no default"):
        url(offer)
    with pytest.raises(ValueError, match="no dimension 'colour', but 'time', 'level'"):
        url(offer, WANTED._replace(dimensions={"level": "5", "colour": "red"}))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (WANTED._replace(layer="rivers"), "there is no layer 'rivers', but 'roads'"),
        (WANTED._replace(style="day"), "no style 'day', but 'usual', 'night'"),
        (WANTED._replace(matrix_set="osm"), "no matrix set 'osm', but 'google'"),
        (
            WANTED._replace(grid=replace(WEBMERCATOR, tile_size=Size(512, 512))),
            "google: its tiles have 256x256 pixels and not 512x512",
        ),
        (WANTED._replace(grid=replace(WEBMERCATOR, srs=DEGREES)), "google: its SRS is EPSG:3857 and not EPSG:4326"),
    ],
)
def test_what_the_server_lacks_is_said_with_what_it_has(wanted: WantedTiles, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        url(wanted=wanted)


def test_a_matrix_set_that_cannot_be_used_hides_no_other() -> None:
    links = tuple(MatrixSetLink(name, {}) for name in ("unknown", "nonsense", "missing", "google"))
    sets = {"unknown": matrix_set("unknown", "EPSG:1"), "nonsense": matrix_set("nonsense", "?"), "google": matrix_set()}

    assert "tilematrixset=google" in url(with_layer(links=links)._replace(matrix_sets=sets))


@pytest.mark.parametrize(
    ("crs", "corner"),
    [
        ("urn:ogc:def:crs:EPSG::4326", (90.0, -180.0)),
        ("EPSG:4326", (-180.0, 90.0)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", (-180.0, 90.0)),
        pytest.param("urn:ogc:def:crs:EPSG::4326", (-180.0, 90.0), id="no row begins south of the South Pole"),
        pytest.param("EPSG:4326", (90.0, -180.0), id="whatever the name is"),
    ],
)
def test_corners_have_the_axes_of_their_name_where_that_can_be(crs: str, corner: tuple[float, float]) -> None:
    scale = 360 / 512 * METRES_PER_DEGREE / 0.00028
    found = MatrixSet("a", crs, (ScaledMatrix("0", scale, corner, Size(256, 256), Size(2, 1)),))

    assert tuple(grid_of_matrix_set(found, srs_of).bbox) == pytest.approx((-180, -90, 180, 90))

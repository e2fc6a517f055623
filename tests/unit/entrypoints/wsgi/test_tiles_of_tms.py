"""Tile addresses of TMS and of the tiles service (spec/services.md, 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.catalogue import (
    BLANK,
    GEODETIC,
    ONE_LEVEL,
    PNG_TILE,
    SOUTHERN_WEBMERCATOR,
    UTM_GRID,
    WEBMERCATOR,
    FailingMaker,
    FakeLayers,
)
from tests.fakes.wsgi import client
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import SourceUnreachable, StoreError
from tilekeep.domain.image import MIXED
from tilekeep.entrypoints.wsgi.options import TmsOptions


@pytest.fixture
def layers() -> FakeLayers:
    return FakeLayers()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/tms/1.0.0/osm/EPSG3857/1/0/2.png", id="with version"),
        pytest.param("/tms/osm/EPSG3857/1/0/2.png", id="without version"),
        pytest.param("/tms/1.0.0/osm_EPSG3857/1/0/2.png", id="name and SRS in one"),
        pytest.param("/tms/1.0.0/osm/EPSG3857/1/0/2.png?origin=nw", id="an origin means nothing"),
        pytest.param("/tms/1.0.0/osm/EPSG3857/01/00/02.png", id="zeros before numbers"),
    ],
)
def test_tms_counts_rows_from_the_south_and_hides_the_level_of_one_tile(layers: FakeLayers, path: str) -> None:
    tiles = layers.add("osm", WEBMERCATOR)
    tiles.put((2, 0, 1))
    web = client(layers)

    answers = [web.get(path), web.get(path)]

    assert [(answer.status_code, answer.data) for answer in answers] == [(200, PNG_TILE)] * 2
    assert answers[0].content_type == "image/png"


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        pytest.param("/tiles/osm/EPSG3857/2/0/1.png", (2, 0, 1), id="the grid's own origin"),
        pytest.param("/tiles/1.0.0/osm/EPSG3857/2/0/1.png", (2, 0, 1), id="with version"),
        pytest.param("/tiles/osm/EPSG3857/2/0/1.png?origin=nw", (2, 0, 1), id="nw"),
        pytest.param("/tiles/osm/EPSG3857/2/0/1.png?origin=sw", (2, 0, 2), id="sw"),
        pytest.param("/tiles/osm/EPSG3857/2/0/1.png?ORIGIN=sw&x=1", (2, 0, 2), id="keys know no case"),
        pytest.param("/tiles/osm/EPSG3857/2/0/1.png?origin=ul", (2, 0, 1), id="other origins are ignored"),
        pytest.param("/tiles/osm/EPSG3857/0/0/0.png", (0, 0, 0), id="level 0 is the grid's"),
    ],
)
def test_tiles_numbers_levels_as_the_grid_does(layers: FakeLayers, path: str, stored: tuple[int, int, int]) -> None:
    tiles = layers.add("osm", WEBMERCATOR)
    tiles.put(stored)
    web = client(layers)

    answers = [web.get(path), web.get(path)]

    assert [answer.data for answer in answers] == [PNG_TILE] * 2


def test_the_origin_option_counts_where_the_request_does_not_say(layers: FakeLayers) -> None:
    tiles = layers.add("osm", WEBMERCATOR)
    tiles.put((2, 0, 2), b"south")
    tiles.put((2, 0, 1), b"north")
    web = client(layers, tms=TmsOptions(origin="sw"))

    assert web.get("/tiles/osm/EPSG3857/2/0/1.png").data == b"south"
    assert web.get("/tiles/osm/EPSG3857/2/0/1.png?origin=nw").data == b"north"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("osm", "osm in 900913", id="900913 before 4326"),
        pytest.param("osm/EPSG4326", "osm in 4326", id="with its SRS"),
        pytest.param("osm_EPSG900913", "osm in 900913", id="name and SRS in one"),
        pytest.param("geo", "geo in 4326", id="4326 if there is nothing else"),
    ],
)
def test_a_bare_name_means_the_mercator_and_then_the_geodetic_grid(layers: FakeLayers, asked: str, found: str) -> None:
    old_mercator = replace(SOUTHERN_WEBMERCATOR, srs=replace(SOUTHERN_WEBMERCATOR.srs, code="EPSG:900913"))
    layers.add("osm", GEODETIC, old_mercator)
    layers.add("geo", GEODETIC)
    layers.tiles["osm", old_mercator.name].put((1, 0, 0), b"osm in 900913")
    layers.tiles["osm", GEODETIC.name].put((1, 0, 0), b"osm in 4326")
    layers.tiles["geo", GEODETIC.name].put((1, 0, 0), b"geo in 4326")

    answer = client(layers).get(f"/tms/1.0.0/{asked}/0/0/0.png")

    assert answer.data == found.encode()


def test_a_bare_name_does_not_mean_epsg_3857(layers: FakeLayers) -> None:
    layers.add("osm", WEBMERCATOR)

    answer = client(layers).get("/tms/1.0.0/osm/0/0/0.png")

    assert (answer.status_code, answer.text.count("unknown layer: osm")) == (404, 1)


def test_of_two_grids_with_one_srs_the_later_one_has_the_name(layers: FakeLayers) -> None:
    layers.add("osm", WEBMERCATOR, SOUTHERN_WEBMERCATOR)
    layers.tiles["osm", SOUTHERN_WEBMERCATOR.name].put((1, 0, 0), b"later")

    assert client(layers).get("/tiles/osm/EPSG3857/1/0/0.png").data == b"later"


class TestWithGridNames:
    """``use_grid_names``: the second part of an address is the grid."""

    @pytest.mark.parametrize("grid", ["GLOBAL_WEBMERCATOR", "sw_mercator"])
    def test_each_grid_has_its_own_address(self, layers: FakeLayers, grid: str) -> None:
        layers.add("osm", WEBMERCATOR, SOUTHERN_WEBMERCATOR)
        layers.tiles["osm", grid].put((1, 0, 0), grid.encode())

        answer = client(layers, tms=TmsOptions(use_grid_names=True)).get(f"/tiles/osm/{grid}/1/0/0.png")

        assert answer.data == grid.encode()

    @pytest.mark.parametrize("layer", ["osm", "osm_EPSG900913", "osm/EPSG3857", "osm_GLOBAL_WEBMERCATOR"])
    def test_other_names_are_unknown(self, layers: FakeLayers, layer: str) -> None:
        layers.add("osm", WEBMERCATOR)

        answer = client(layers, tms=TmsOptions(use_grid_names=True)).get(f"/tiles/{layer}/1/0/0.png")

        assert answer.status_code == 404


@pytest.mark.parametrize("service", ["tms", "tiles"])
@pytest.mark.parametrize(
    ("rest", "message"),
    [
        pytest.param("osm/EPSG3857/0/0/9.png", "The requested tile is outside the bounding box", id="row"),
        pytest.param("osm/EPSG3857/0/9/0.png", "outside the bounding box of the tile map.", id="column"),
        pytest.param("osm/EPSG3857/99/0/0.png", "outside the bounding box of the tile map.", id="level"),
        pytest.param("osm/EPSG3857/-1/0/0.png", "outside the bounding box of the tile map.", id="negative level"),
        pytest.param("osm/EPSG3857/0/-1/0.png", "outside the bounding box of the tile map.", id="negative column"),
        pytest.param(f"osm/EPSG3857/0/{'9' * 5000}/0.png", "outside the bounding box", id="endless number"),
        pytest.param("osm/EPSG3857/0/0/0.jpg", "invalid format (jpg). this tile set only supports (png)", id="format"),
        pytest.param("osm/EPSG3857/0/0/0", "invalid request (/", id="no extension"),
        pytest.param("osm/EPSG3857/0/0/0.png/", "invalid request (/", id="something behind"),
        pytest.param("osm/EPSG3857/0/\u00b2/0.png", "invalid request (/", id="a digit that is no number"),
        pytest.param("osm/EPSG3857/0/+1/0.png", "invalid request (/", id="a plus sign"),
        pytest.param("nothing/EPSG3857/0/0/0.png", "unknown layer: nothing", id="layer"),
    ],
)
def test_what_does_not_exist_is_404(layers: FakeLayers, service: str, rest: str, message: str) -> None:
    tiles = layers.add("osm", WEBMERCATOR)
    web = client(layers)
    web.get(f"/{service}/osm/EPSG3857/0/0/0.png")
    tiles.asked.clear()

    answer = web.get(f"/{service}/{rest}")

    assert answer.status_code == 404
    assert message in answer.text
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
    assert tiles.asked == []


def test_tms_errors_are_xml_and_escaped(layers: FakeLayers) -> None:
    answer = client(layers).get("/tms/1.0.0/%3Cb%3E/0/0/0.png")

    assert answer.content_type == "text/xml; charset=utf-8"
    assert "<Message>unknown layer: &lt;b&gt;</Message>" in answer.text


def test_errors_of_tiles_are_plain_text(layers: FakeLayers) -> None:
    answer = client(layers).get("/tiles/%3Cb%3E/0/0/0.png")

    assert (answer.content_type, answer.text) == ("text/plain; charset=utf-8", "unknown layer: <b>")


def test_a_failing_source_is_500_and_says_when_to_come_back(layers: FakeLayers) -> None:
    layers.add("osm", WEBMERCATOR, maker=FailingMaker(SourceUnreachable("http://secret refused", retry_after=0.2)))

    answer = client(layers).get("/tms/1.0.0/osm/EPSG3857/0/0/0.png")

    assert (answer.status_code, answer.headers["Retry-After"]) == (500, "1")
    assert "No response from source." in answer.text
    assert "secret" not in answer.text


def test_a_store_that_fails_is_500_without_its_path(layers: FakeLayers) -> None:
    layers.add("osm", WEBMERCATOR).failure = StoreError("/var/cache/tile.png: permission denied")

    answer = client(layers).get("/tiles/osm/EPSG3857/0/0/0.png")

    assert (answer.status_code, "/var/cache" in answer.text) == (500, False)


def test_mixed_tiles_are_asked_for_as_png_and_keep_their_own_type(layers: FakeLayers) -> None:
    tiles = layers.add("osm", WEBMERCATOR, format=MIXED)
    tiles.put((0, 0, 0), b"\xff\xd8\xff", media_type="image/jpeg")

    answer = client(layers).get("/tiles/osm/EPSG3857/0/0/0.png")

    assert answer.content_type == "image/jpeg"


def test_jpeg_tiles_end_in_jpeg(layers: FakeLayers) -> None:
    layers.add("osm", WEBMERCATOR, format="image/jpeg")
    web = client(layers)

    assert web.get("/tiles/osm/EPSG3857/0/0/0.jpeg").data == BLANK
    assert web.get("/tiles/osm/EPSG3857/0/0/0.jpg").status_code == 404


def test_dimensions_have_their_default_whatever_the_query_string_says(layers: FakeLayers) -> None:
    tiles = layers.add("osm", WEBMERCATOR, dimensions=(Dimension("time", ("2020", "2021"), "2021"),))
    tiles.put((0, 0, 0), dimensions=(("time", "2021"),))

    assert client(layers).get("/tiles/osm/EPSG3857/0/0/0.png?time=2020").data == PNG_TILE


@pytest.mark.parametrize("path", ["/tms/1.0.0/one/EPSG25832/0/0/0.png", "/tiles/one/EPSG25832/0/0/0.png"])
def test_a_grid_of_one_level_works(layers: FakeLayers, path: str) -> None:
    layers.add("one", ONE_LEVEL).put((0, 0, 0))

    assert client(layers).get(path).data == PNG_TILE


def test_names_beyond_ascii_are_found(layers: FakeLayers) -> None:
    layers.add("münchen", UTM_GRID).put((0, 0, 0))
    web = client(layers)

    answers = [web.get("/tiles/m%C3%BCnchen/EPSG25832/0/0/0.png") for _ in range(2)]

    assert [answer.data for answer in answers] == [PNG_TILE] * 2

"""GetTile by parameters and by path (spec/services.md, 5.2 to 5.4)."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import (
    GEODETIC,
    GEODETIC_NW,
    ONE_LEVEL,
    PNG_TILE,
    SOUTHERN_WEBMERCATOR,
    UTM_GRID,
    WEBMERCATOR,
    FakeLayers,
)
from tests.fakes.wsgi import application, client
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.options import WmtsOptions
from tilekeep.entrypoints.wsgi.tile_numbers import OUTSIDE_GRID

OWS = "{http://www.opengis.net/ows/1.1}"

GET_TILE = {
    "service": "WMTS",
    "request": "GetTile",
    "version": "1.0.0",
    "layer": "osm",
    "style": "",
    "tilematrixset": "GLOBAL_WEBMERCATOR",
    "tilematrix": "02",
    "tilerow": "1",
    "tilecol": "0",
    "format": "image/png",
}


def kvp(path: str | None = "/service", **changes: str | None) -> str:
    parameters = {**GET_TILE, **changes}
    return f"{path}?" + "&".join(f"{key}={value}" for key, value in parameters.items() if value is not None)


def exception(answer: TestResponse) -> tuple[int, str | None, str | None, str | None]:
    """Status, code, locator and text of an exception report."""
    assert answer.content_type == "text/xml"
    found = ET.fromstring(answer.data).find(f"{OWS}Exception")
    assert found is not None
    text = found.findtext(f"{OWS}ExceptionText")
    return answer.status_code, found.get("exceptionCode"), found.get("locator"), text


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((2, 0, 1))
    return layers


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(kvp(), id="parameters"),
        pytest.param(kvp("/ows"), id="under /ows"),
        pytest.param(kvp("/service/anything"), id="with something behind the handler"),
        pytest.param(kvp(service="wmts", request="gettile"), id="words in any case"),
        pytest.param(kvp(format="image%2Fpng"), id="escapes"),
        pytest.param(kvp(format=""), id="a blank format is the layer's"),
        pytest.param(kvp(format="image/png;mode=8bit"), id="options of the format do not matter"),
        pytest.param(kvp(tilematrix="2"), id="a level without zeros"),
        pytest.param(kvp(tilematrix="002"), id="a level with more zeros"),
        pytest.param(kvp(version="9", style="odd"), id="version and style are not looked at"),
        pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png", id="path"),
        pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/2/0/1.png?x=y", id="path with a query string"),
    ],
)
def test_a_tile_is_found(layers: FakeLayers, address: str) -> None:
    answer = client(layers).get(address)

    assert (answer.status_code, answer.data) == (200, PNG_TILE)


def test_rows_count_from_the_north_in_every_grid(layers: FakeLayers) -> None:
    layers.add("south", SOUTHERN_WEBMERCATOR).put((2, 0, 2))

    assert client(layers).get("/wmts/south/sw_mercator/02/0/1.png").data == PNG_TILE


@pytest.mark.parametrize("level", ["mid", "1"])
def test_levels_are_found_by_the_names_that_capabilities_give_them(level: str) -> None:
    layers = FakeLayers()
    named = replace(ONE_LEVEL, name="named", resolutions=(20.0, 10.0), level_names=("far", "mid"))
    layers.add("osm", named).put((1, 0, 0))
    web = client(layers)

    assert web.get(kvp(tilematrixset="named", tilematrix=level, tilerow="0")).data == PNG_TILE
    assert web.get(f"/wmts/osm/named/{level}/0/0.png").data == PNG_TILE


@pytest.mark.parametrize(
    ("changes", "status", "code", "locator", "text"),
    [
        pytest.param({"layer": "x"}, 400, "InvalidParameterValue", "layer", "unknown layer: x", id="layer"),
        pytest.param(
            {"tilematrixset": "x"}, 400, "InvalidParameterValue", "tilematrixset", "unknown tilematrixset: x", id="grid"
        ),
        pytest.param(
            {"format": "image/jpeg"},
            400,
            "InvalidParameterValue",
            "format",
            "invalid format (jpeg). this tile set only supports (png)",
            id="format",
        ),
        pytest.param(
            {"tilerow": "99"},
            400,
            "TileOutOfRange",
            "tilerow",
            f"{OUTSIDE_GRID} (tilematrix 2, tilecol 0, tilerow 99)",
            id="row",
        ),
        pytest.param(
            {"tilecol": "-1"},
            400,
            "TileOutOfRange",
            "tilecol",
            f"{OUTSIDE_GRID} (tilematrix 2, tilecol -1, tilerow 1)",
            id="negative column",
        ),
        pytest.param(
            {"tilematrix": "99"},
            400,
            "TileOutOfRange",
            "tilematrix",
            f"{OUTSIDE_GRID} (tilematrix 99, tilecol 0, tilerow 1)",
            id="level",
        ),
        pytest.param(
            {"tilecol": "9" * 30}, 400, "TileOutOfRange", "tilecol", f"{OUTSIDE_GRID} ({'9' * 30})", id="endless column"
        ),
        pytest.param(
            {"tilematrix": "9" * 30},
            400,
            "TileOutOfRange",
            "tilematrix",
            f"{OUTSIDE_GRID} ({'9' * 30})",
            id="endless level",
        ),
        pytest.param({"tilerow": "a"}, 400, "InvalidParameterValue", "tilerow", "invalid tilerow: a", id="no number"),
        pytest.param(
            {"tilematrix": "a"}, 400, "InvalidParameterValue", "tilematrix", "invalid tilematrix: a", id="no level"
        ),
        pytest.param(
            {"tilerow": None, "layer": None},
            400,
            "MissingParameterValue",
            "layer",
            "missing parameters ['layer', 'tilerow']",
            id="missing parameters",
        ),
        pytest.param(
            {"request": None}, 400, "MissingParameterValue", "request", "missing parameters ['request']", id="request"
        ),
        pytest.param(
            {"request": "GetMap"},
            400,
            "InvalidParameterValue",
            "request",
            "unknown WMTS request type 'GetMap'",
            id="another request",
        ),
        pytest.param(
            {"request": "GetFeatureInfo", "infoformat": "text/plain", "i": "0", "j": "0"},
            400,
            "InvalidParameterValue",
            "infoformat",
            "unknown infoformat: text/plain",
            id="feature info, which is not offered",
        ),
        pytest.param(
            {"request": "GetFeatureInfo"},
            400,
            "MissingParameterValue",
            "infoformat",
            "missing parameters ['infoformat', 'i', 'j']",
            id="feature info without its parameters",
        ),
        pytest.param(
            {"service": None}, 400, "MissingParameterValue", "service", "missing parameter: service", id="no service"
        ),
        pytest.param({"service": "WFS"}, 400, "InvalidParameterValue", "service", "unknown service: WFS", id="service"),
    ],
)
def test_mistakes_in_parameters_are_exception_reports(
    layers: FakeLayers, changes: dict[str, str | None], status: int, code: str, locator: str | None, text: str
) -> None:
    answer = client(layers).get(kvp(**changes))

    assert exception(answer) == (status, code, locator, text)
    assert layers.tiles["osm", "GLOBAL_WEBMERCATOR"].asked == []


@pytest.mark.parametrize("name", ["my layer", "100%", "c%20", "q?x#y", "a&b\"'<", "日本", "5", "a;b,c=d", "{Layer}"])
def test_names_of_any_characters_but_a_slash_are_found_in_paths(name: str) -> None:
    layers = FakeLayers()
    grid = replace(WEBMERCATOR, name=name)
    layers.add(name, grid).put((2, 0, 1))
    web = client(layers)
    quoted = quote(name, safe="")

    assert web.get(f"/wmts/{quoted}/{quoted}/02/0/1.png").data == PNG_TILE
    assert web.get(f"/tms/1.0.0/{quoted}/EPSG3857/1/0/2.png").data == PNG_TILE


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        pytest.param("/wmts", "NoApplicableCode", "invalid request (/wmts)", id="nothing"),
        pytest.param("/wmts/osm/x/0/0/0.png", "InvalidParameterValue", "unknown tilematrixset: x", id="grid"),
        pytest.param(
            "/wmts/osm/GLOBAL_WEBMERCATOR/0/0/9.png",
            "TileOutOfRange",
            f"{OUTSIDE_GRID} (tilematrix 0, tilecol 0, tilerow 9)",
            id="row",
        ),
        pytest.param(
            "/wmts/osm/GLOBAL_WEBMERCATOR/0/0/0.png/more",
            "NoApplicableCode",
            "invalid request (/wmts/osm/GLOBAL_WEBMERCATOR/0/0/0.png/more)",
            id="something behind",
        ),
        pytest.param(
            "/wmts.x/osm/GLOBAL_WEBMERCATOR/0/0/0.png",
            "NoApplicableCode",
            "invalid request (/wmts.x/osm/GLOBAL_WEBMERCATOR/0/0/0.png)",
            id="another first segment",
        ),
    ],
)
def test_mistakes_in_paths_are_exception_reports(layers: FakeLayers, path: str, code: str, text: str) -> None:
    status, *rest = exception(client(layers).get(path))

    assert (status, rest[0], rest[2]) == (400, code, text)


def test_a_grid_whose_rows_do_not_start_in_the_north_is_left_out_with_a_warning(
    layers: FakeLayers, caplog: pytest.LogCaptureFixture
) -> None:
    layers.add("geo", GEODETIC, GEODETIC_NW)
    web = client(layers)

    with caplog.at_level(logging.WARNING, "tilekeep.service.wmts"):
        refused = exception(web.get("/wmts/geo/GLOBAL_GEODETIC/0/0/0.png"))
        answer = web.get("/wmts/geo/geodetic_nw/0/0/0.png")

    assert refused[3] == "unknown tilematrixset: GLOBAL_GEODETIC"
    assert answer.status_code == 200
    assert "layer geo is not offered by WMTS in the grid GLOBAL_GEODETIC" in caplog.text


@pytest.mark.parametrize(
    ("options", "address", "status"),
    [
        pytest.param(WmtsOptions(kvp=False), kvp(), 400, id="no parameters"),
        pytest.param(WmtsOptions(kvp=False), "/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png", 200, id="paths only"),
        pytest.param(WmtsOptions(restful=False), "/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png", 404, id="no paths"),
        pytest.param(WmtsOptions(restful=False), kvp(), 200, id="parameters only"),
        pytest.param(None, kvp(), 400, id="no WMTS at all"),
    ],
)
def test_both_ways_to_ask_can_be_switched_off(
    layers: FakeLayers, options: WmtsOptions | None, address: str, status: int
) -> None:
    assert client(layers, wmts=options).get(address).status_code == status


class TestDimensions:
    """spec/services.md, 5.4."""

    @pytest.fixture
    def layers(self) -> FakeLayers:
        layers = FakeLayers()
        time = Dimension("time", ("2020", "2021"), "2021")
        tiles = layers.add("osm", WEBMERCATOR, dimensions=(time,))
        tiles.put((2, 0, 1), b"2020", dimensions=(("time", "2020"),))
        tiles.put((2, 0, 1), b"2021", dimensions=(("time", "2021"),))
        layers.add("plain", UTM_GRID).put((0, 0, 0), b"plain")
        return layers

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            pytest.param({}, b"2021", id="missing"),
            pytest.param({"time": ""}, b"2021", id="empty"),
            pytest.param({"TIME": "default"}, b"2021", id="default"),
            pytest.param({"Time": "2020"}, b"2020", id="given"),
            pytest.param({"other": "x"}, b"2021", id="unknown ones are ignored"),
        ],
    )
    def test_parameters_choose_values(self, layers: FakeLayers, given: dict[str, str], expected: bytes) -> None:
        assert client(layers).get(kvp(**given)).data == expected

    def test_a_value_that_is_not_configured_is_an_error(self, layers: FakeLayers) -> None:
        answer = client(layers).get(kvp(time="1999"))

        assert exception(answer) == (400, "InvalidParameterValue", "time", "invalid dimension value (time=1999).")

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            pytest.param("/wmts/osm/2020/GLOBAL_WEBMERCATOR/02/0/1.png", b"2020", id="given"),
            pytest.param("/wmts/osm/default/GLOBAL_WEBMERCATOR/02/0/1.png", b"2021", id="default"),
            pytest.param("/wmts/plain/default/utm/00/0/0.png", b"plain", id="a layer without it"),
        ],
    )
    def test_variables_of_the_template_choose_values(self, layers: FakeLayers, path: str, expected: bytes) -> None:
        options = WmtsOptions(
            restful_template="/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"
        )

        assert client(layers, wmts=options).get(path).data == expected

    def test_a_layer_without_the_dimension_takes_only_the_default(self, layers: FakeLayers) -> None:
        options = WmtsOptions(restful_template="/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}")

        answer = client(layers, wmts=options).get("/wmts/plain/2020/utm/00/0/0")

        assert exception(answer) == (400, "InvalidParameterValue", "time", "unknown dimension: time")


@pytest.mark.parametrize(
    ("template", "path"),
    [
        pytest.param(
            "/x/{TileMatrixSet}-{TileMatrix}/{TileRow}.{TileCol}/{Layer}",
            "/wmts/x/GLOBAL_WEBMERCATOR-02/1.0/osm",
            id="any order and no format",
        ),
        pytest.param(
            "/{{Layer}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.{{Format}}",
            "/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png",
            id="double braces",
        ),
        pytest.param(
            "/{Layer}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.png",
            "/wmts/osm/any-style/GLOBAL_WEBMERCATOR/02/0/1.png",
            id="style",
        ),
        pytest.param(
            "/{Layer}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.png",
            "/wmts/osm/my%20style/GLOBAL_WEBMERCATOR/02/0/1.png",
            id="a style of any characters",
        ),
    ],
)
def test_templates_of_ones_own(layers: FakeLayers, template: str, path: str) -> None:
    assert client(layers, wmts=WmtsOptions(restful_template=template)).get(path).data == PNG_TILE


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        pytest.param("/{Layer}/{TileMatrix}/{TileCol}/{TileRow}", "lacks {TileMatrixSet}", id="incomplete"),
        pytest.param(
            "/{Layer}/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}", "has Layer twice", id="ambiguous"
        ),
    ],
)
def test_a_template_that_cannot_work_is_refused_at_the_start(layers: FakeLayers, template: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        application(layers, wmts=WmtsOptions(restful_template=template))

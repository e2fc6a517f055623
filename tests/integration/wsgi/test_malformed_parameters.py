"""Every parameter of every service, malformed in every way: the exception of the protocol, which says what is wrong.

The exception comes with a 4xx status, in the document of the protocol and version, and names parameter and value.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from tests.fakes.wsgi import WsgiClient
from tests.integration.maps.configuration import configuration, write_files
from tests.integration.support.answers import Answer
from tests.integration.support.exception_documents import Complaint, complaint
from tilekeep import make_wsgi_app

#: Where nobody listens: nothing here may come so far as to ask for a map.
_NO_SERVER = "http://127.0.0.1:9/wms"

_LONG = "9" * 500
_HUGE = "1e999"
_NO_NUMBERS = ("", "NaN", "inf", "-inf", _HUGE, "many", "1_0", "\u0663", "0x10", _LONG)
_NO_NAMES = ("", "nothing", "NaN", "-1", "../map", "<map>", "map\r\nX: y", _LONG)

GET_MAP = {
    "service": "WMS",
    "request": "GetMap",
    "layers": "map",
    "styles": "",
    "bbox": "0,0,1000000,1000000",
    "width": "256",
    "height": "256",
    "format": "image/png",
    "bgcolor": "0xFFFFFF",
}

# Values that a parameter of GetMap cannot have; the SRS has another name in each version.
BAD_MAP_PARAMETERS: dict[str, tuple[str, ...]] = {
    "request": ("", "GetNothing", "NaN", "GetMap,GetMap", _LONG),
    "layers": (*_NO_NAMES, "Map", "map,", ",", "map,nothing"),
    "styles": ("nothing", "default,nothing", "NaN", "-1", "Default", _LONG),
    "srs": ("", "NaN", "inf", "3857", "EPSG:", "EPSG:-1", "EPSG:32633", "EPSG:99999999999", "../EPSG:3857", _LONG),
    "bbox": (
        "",
        "NaN,0,1,1",
        "0,0,inf,1",
        "-inf,0,1,1",
        f"0,0,{_HUGE},1",
        "1e300,0,2e300,1",
        "0,0,1",
        "0,0,1,1,1",
        "0 0 1 1",
        "a,b,c,d",
        ",,,",
        "1,1,0,0",
        "0,0,0,1",
        "0,0,1,0",
        "0,0,1e-320,1e-320",
        _LONG,
    ),
    "width": (*_NO_NUMBERS, "0", "0.5", "-1", "-256", "2000000000", "20000"),
    "height": (*_NO_NUMBERS, "0", "0.5", "-1", "-256", "2000000000", "20000"),
    "format": ("", "png", "image/bogus", "text/html", "NaN", "-1", "image/png;", _LONG),
    "bgcolor": ("", "red", "#ff000", "0xff00", "0xGGGGGG", "NaN", "-1", f"0x{'f' * 500}"),
}

# Codes that the standards have for a parameter, in 1.1.1 and 1.3.0.
CODES = {
    "layers": ("LayerNotDefined", "LayerNotDefined"),
    "styles": ("StyleNotDefined", "StyleNotDefined"),
    "srs": ("InvalidSRS", "InvalidCRS"),
    "format": ("InvalidFormat", "InvalidFormat"),
}

#: What is wrong with a value that is partly right.
CULPRITS = {"map,": "", ",": "", "map,nothing": "nothing"}

BAD_VERSIONS = ("", "NaN", "inf", "-1", "one", "1.x.0", "1..1", "99999999999.0", _LONG)

GET_TILE = {
    "service": "WMTS",
    "request": "GetTile",
    "version": "1.0.0",
    "layer": "map",
    "style": "default",
    "tilematrixset": "GLOBAL_WEBMERCATOR",
    "tilematrix": "3",
    "tilecol": "4",
    "tilerow": "2",
    "format": "image/png",
}

BAD_TILE_PARAMETERS: dict[str, tuple[str, ...]] = {
    "request": ("", "GetNothing", "NaN", "-1", _LONG),
    "layer": _NO_NAMES,
    "tilematrixset": (*_NO_NAMES, "GLOBAL_GEODETIC", "EPSG:3857"),
    "tilematrix": (*_NO_NUMBERS, "-1", "20", "1.5"),
    "tilecol": (*_NO_NUMBERS, "-1", "8", "1.5"),
    "tilerow": (*_NO_NUMBERS, "-1", "8", "1.5"),
    "format": ("image/jpeg", "image/bogus", "text/html", "NaN", "-1", _LONG),  # a blank one is that of the layer
}

# What cannot stand at each place of an address; an empty part makes it another address.
BAD_PLACES = {
    "layer": ("nothing", "NaN", "-1", "<map>", _LONG),
    "grid": ("nothing", "NaN", "-1", "GLOBAL_GEODETIC", _LONG),
    "level": ("NaN", "inf", "-inf", "-1", "20", "1.5", _HUGE, "\u0663", _LONG),
    "column": ("NaN", "inf", "-inf", "-1", "99", "1.5", _HUGE, "\u0663", _LONG),
    "row": ("NaN", "inf", "-inf", "-1", "99", "1.5", _HUGE, "\u0663", _LONG),
    "extension": ("", "jpeg", "bogus", "NaN", "-1", _LONG),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> WsgiClient:
    directory = tmp_path_factory.mktemp("malformed")
    write_files(directory)
    config = directory / "mapproxy.yaml"
    config.write_text(configuration(_NO_SERVER))
    return WsgiClient(make_wsgi_app(str(config)))  # type: ignore[arg-type]


def ask(client: WsgiClient, path: str) -> Answer:
    response = client.get(path)
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers}, response.data)


def with_value(parameters: dict[str, str], name: str, value: str) -> str:
    return f"/service?{urlencode({**parameters, name: value})}"


def cases(bad: dict[str, tuple[str, ...]]) -> list[object]:
    return [
        pytest.param(name, value, id=f"{name}={shown(value)!a}") for name, values in bad.items() for value in values
    ]


def shown(value: str) -> str:
    """As much of a value as a message has to quote: long ones are cut, control characters replaced.

    Of a list that is what is wrong with it.
    """
    return CULPRITS.get(value, value).partition("\r")[0][:60]


def get_map(version: str) -> tuple[dict[str, str], str]:
    """A good request of a version, and what the SRS is called there."""
    srs = "crs" if version == "1.3.0" else "srs"
    return {**GET_MAP, "version": version, srs: "EPSG:3857"}, srs


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
class TestGetMap:
    @pytest.mark.parametrize(("name", "value"), cases(BAD_MAP_PARAMETERS))
    def test_a_bad_value_is_named(self, client: WsgiClient, version: str, name: str, value: str) -> None:
        good, srs = get_map(version)
        parameter = srs if name == "srs" else name

        answer = ask(client, with_value(good, parameter, value))

        found = wms_complaint(answer, version)
        codes = CODES.get(name)
        if codes is not None and "size too large" not in found.message:
            assert found.code == codes[version == "1.3.0"]
        assert parameter.rstrip("s") in found.message
        assert shown(value) in found.message
        if version == "1.3.0":
            assert found.locator == parameter

    @pytest.mark.parametrize("name", ["layers", "styles", "srs", "bbox", "width", "height", "format"])
    def test_a_missing_parameter_is_named(self, client: WsgiClient, version: str, name: str) -> None:
        good, srs = get_map(version)
        parameter = srs if name == "srs" else name
        del good[parameter]

        answer = ask(client, f"/service?{urlencode(good)}")

        found = wms_complaint(answer, version)
        assert parameter in found.message
        assert found.locator == (parameter if version == "1.3.0" else None)

    def test_all_missing_parameters_are_named_at_once(self, client: WsgiClient, version: str) -> None:
        answer = ask(client, f"/service?service=WMS&request=GetMap&version={version}")

        found = wms_complaint(answer, version)
        for name in ("layers", "styles", "crs" if version == "1.3.0" else "srs", "bbox", "width", "height", "format"):
            assert repr(name) in found.message


@pytest.mark.parametrize("request_name", ["GetMap", "GetCapabilities"])
@pytest.mark.parametrize("value", [pytest.param(value, id=f"version={shown(value)}") for value in BAD_VERSIONS])
def test_a_version_that_is_no_number_is_named_in_the_highest_version(
    client: WsgiClient, request_name: str, value: str
) -> None:
    good, _ = get_map("1.3.0")

    answer = ask(client, f"/service?{urlencode({**good, 'request': request_name, 'version': value})}")

    found = wms_complaint(answer, "1.3.0")
    assert found.locator == "version"
    assert "version" in found.message
    assert shown(value) in found.message


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize("value", ["", "GetNothing", "NaN", "-1", _LONG])
def test_an_unknown_request_is_named(client: WsgiClient, version: str, value: str) -> None:
    answer = ask(client, f"/service?{urlencode({'service': 'WMS', 'version': version, 'request': value})}")

    found = wms_complaint(answer, version)
    assert "request" in found.message
    assert shown(value) in found.message


@pytest.mark.parametrize("query", ["service=", "service=NaN", "service=-1", "service=WFS", "request=GetCapabilities"])
def test_a_service_that_is_missing_or_unknown_is_named(client: WsgiClient, query: str) -> None:
    answer = ask(client, f"/service?{query}")

    found = ows_complaint(answer)
    assert found.code == ("InvalidParameterValue" if query.startswith("service") else "MissingParameterValue")
    assert found.locator == "service"


class TestWmts:
    @pytest.mark.parametrize(("name", "value"), cases(BAD_TILE_PARAMETERS))
    def test_a_bad_value_is_named(self, client: WsgiClient, name: str, value: str) -> None:
        answer = ask(client, with_value(GET_TILE, name, value))

        found = ows_complaint(answer)
        assert found.code in {"InvalidParameterValue", "MissingParameterValue", "TileOutOfRange"}
        assert found.locator == name
        assert shown(value.removeprefix("image/").removeprefix("text/")) in found.message

    @pytest.mark.parametrize("name", sorted(GET_TILE.keys() - {"service"}))
    def test_a_missing_parameter_is_named(self, client: WsgiClient, name: str) -> None:
        rest = {key: value for key, value in GET_TILE.items() if key != name}

        answer = ask(client, f"/service?{urlencode(rest)}")

        found = ows_complaint(answer)
        assert found.code == "MissingParameterValue"
        assert found.locator == name
        assert name in found.message

    @pytest.mark.parametrize(("place", "value"), cases(BAD_PLACES))
    def test_a_bad_part_of_an_address_is_shown(self, client: WsgiClient, place: str, value: str) -> None:
        parts = {"layer": "map", "grid": "GLOBAL_WEBMERCATOR", "level": "3", "column": "4", "row": "2"}

        answer = ask(client, f"/wmts/{address(parts, 'png', place, value)}")

        found = ows_complaint(answer)
        assert shown(value) in found.message


@pytest.mark.parametrize(("place", "value"), cases(BAD_PLACES))
class TestTms:
    def test_a_bad_part_of_an_address_is_shown(self, client: WsgiClient, place: str, value: str) -> None:
        parts = {"layer": "map", "grid": "EPSG3857", "level": "3", "column": "4", "row": "2"}

        answer = ask(client, f"/tms/1.0.0/{address(parts, 'png', place, value)}")

        assert answer.status == 404
        found = complaint(answer)
        assert found.document == "TileMapServerError"
        assert shown(value) in found.message

    def test_tiles_say_so_as_text(self, client: WsgiClient, place: str, value: str) -> None:
        parts = {"layer": "map", "grid": "EPSG3857", "level": "3", "column": "4", "row": "2"}

        answer = ask(client, f"/tiles/{address(parts, 'png', place, value)}")

        assert (answer.status, answer.media_type) == (404, "text/plain")
        assert shown(value) in answer.body.decode()


def address(parts: dict[str, str], extension: str, place: str, value: str) -> str:
    """A tile's address with ``value`` in one place."""
    changed = {**parts, "extension": extension, place: value}
    quoted = [quote(changed[name], safe="%") for name in (*parts, "extension")]
    return f"{'/'.join(quoted[:-1])}.{quoted[-1]}"


def wms_complaint(answer: Answer, version: str) -> Complaint:
    found = complaint(answer)
    namespace = "{http://www.opengis.net/ogc}" if version == "1.3.0" else ""
    media_type = "text/xml" if version == "1.3.0" else "application/vnd.ogc.se_xml"
    assert 400 <= answer.status < 500
    assert (answer.media_type, found.document, found.version) == (
        media_type,
        f"{namespace}ServiceExceptionReport",
        version,
    )
    assert "no-store" in answer.cache_control
    return found


def ows_complaint(answer: Answer) -> Complaint:
    found = complaint(answer)
    assert 400 <= answer.status < 500
    assert found.document == "{http://www.opengis.net/ows/1.1}ExceptionReport"
    return found

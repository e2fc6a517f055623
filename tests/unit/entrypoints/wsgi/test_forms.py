"""Forms as requests to OGC services: the query string in the body."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FakeMaps
from tests.fakes.wsgi import application
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map
from tilekeep.entrypoints.wsgi.form import MOST_BYTES, request_parameters

FORM = "application/x-www-form-urlencoded"
TILE = {
    "service": "WMTS", "request": "GetTile", "version": "1.0.0", "layer": "osm", "style": "", "format": "image/png",
    "tilematrixset": WEBMERCATOR.name, "tilematrix": "1", "tilerow": "0", "tilecol": "0",
}  # fmt: skip


@pytest.fixture
def maps() -> FakeMaps:
    maps = FakeMaps()
    maps.add(maps.layer("osm"), maps.layer("roads"))
    return maps


@pytest.fixture
def web(maps: FakeMaps) -> Client:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    return Client(validator(application(layers, **maps.parts())))


def get(web: Client, path: str) -> TestResponse:
    return web.get(path, buffered=True)


def post(web: Client, form: str | bytes, path: str = "/service", content_type: str = FORM) -> TestResponse:
    return web.post(path, data=form, content_type=content_type, buffered=True)


@pytest.mark.parametrize("path", ["/service", "/ows", "/wms"])
@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.1.1", "1.3.0"])
def test_a_map(web: Client, path: str, version: str) -> None:
    query = urlsplit(get_map(version, crs="EPSG:4326")).query

    answer = post(web, query, path)

    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", get(web, f"/wms?{query}").data)


def test_a_tile_of_wmts(web: Client) -> None:
    answer = post(web, urlencode(TILE))

    assert (answer.status_code, answer.data) == (200, get(web, f"/service?{urlencode(TILE)}").data)


def test_a_document(web: Client) -> None:
    assert post(web, urlsplit(capabilities()).query).data == get(web, capabilities()).data


def test_an_exception_has_the_form_of_the_version(web: Client) -> None:
    answer = post(web, urlsplit(get_map("1.3.0", crs="x")).query)

    assert (answer.status_code, answer.content_type) == (400, "text/xml; charset=utf-8")
    assert "unsupported crs: x" in answer.text


def test_the_form_wins_over_the_address(web: Client, maps: FakeMaps) -> None:
    post(web, "layers=roads&format=image/jpeg", get_map(layers="osm"))

    assert (len(maps.sources["osm"].queries), len(maps.sources["roads"].queries)) == (0, 1)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded; charset=UTF-8", FORM.upper()])
def test_ways_to_say_that_it_is_a_form(web: Client, content_type: str) -> None:
    assert post(web, urlsplit(get_map()).query, content_type=content_type).content_type == "image/png"


@pytest.mark.parametrize("content_type", ["text/xml", "application/json", "multipart/form-data", ""])
def test_other_bodies_are_left_alone(web: Client, content_type: str) -> None:
    answer = post(web, urlsplit(get_map()).query, content_type=content_type)

    assert answer.status_code == 400
    assert "missing parameter: service" in answer.text
    assert post(web, "<GetMap/>", get_map(), content_type).content_type == "image/png"


def test_bodies_of_get_requests_are_left_alone(web: Client) -> None:
    answer = web.get("/service", data=urlsplit(get_map()).query, content_type=FORM, buffered=True)

    assert answer.status_code == 400


def test_the_largest_form_is_read_and_a_larger_one_is_not(web: Client) -> None:
    query = urlsplit(get_map(more="")).query

    assert post(web, query.ljust(MOST_BYTES, "x")).content_type == "image/png"
    answer = post(web, query.ljust(MOST_BYTES + 1, "x"))

    assert (answer.status_code, answer.text) == (413, "a form may have at most 262144 bytes")
    assert answer.headers["Cache-Control"] == "no-cache, no-store"


def environ_of(body: bytes, **more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": FORM, "wsgi.input": io.BytesIO(body), **more}


@pytest.mark.parametrize(
    ("length", "expected"),
    [("3", {"a": "1"}), ("", {}), ("0", {}), ("-1", {}), ("x", {}), ("\u0663", {}), (None, {})],
)
def test_without_a_length_there_is_no_body(length: str | None, expected: dict[str, str]) -> None:
    """Reading on might wait for bytes that never come."""
    assert request_parameters(environ_of(b"a=1&b=2", CONTENT_LENGTH=length)) == expected


def test_some_servers_say_that_the_input_ends_with_the_body() -> None:
    environ = environ_of(b"a=1&b=2", **{"wsgi.input_terminated": True})

    assert request_parameters(environ) == {"a": "1", "b": "2"}


def test_the_body_is_there_for_those_who_come_later() -> None:
    environ = environ_of(b"a=1", CONTENT_LENGTH="3")

    request_parameters(environ)

    assert environ["wsgi.input"].read() == b"a=1"


@given(st.binary(max_size=200))
def test_any_bytes_are_parameters_that_can_be_written_again(body: bytes) -> None:
    found = request_parameters(environ_of(body, CONTENT_LENGTH=str(len(body))))

    again = urlencode(found).encode()
    assert request_parameters(environ_of(again, CONTENT_LENGTH=str(len(again)))) == found


@given(st.dictionaries(st.text(min_size=1).map(str.lower).filter(lambda key: key == key.lower()), st.text()))
def test_a_form_is_read_as_it_was_written(values: dict[str, str]) -> None:
    body = urlencode(values).encode()

    assert request_parameters(environ_of(body, CONTENT_LENGTH=str(len(body)))) == values

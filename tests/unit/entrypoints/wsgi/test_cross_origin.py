"""Scripts of other sites: which answers they may read, and what a preflight permits (Fetch standard, 3.3)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import PNG_TILE, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.entrypoints.wsgi.cross_origin import header_names

TILE = "/tiles/osm/EPSG3857/1/0/0.png"
ALLOWED = "GET, HEAD, OPTIONS, POST"
PREFLIGHT = {"Origin": "https://app.example", "Access_Control_Request_Method": "GET"}
PATHS = [
    pytest.param(TILE, id="tile"),
    pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", id="document"),
    pytest.param("/nothing", id="nothing"),
]


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    return layers


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_is_told_what_is_permitted(layers: FakeLayers, path: str) -> None:
    answer = client(layers).get(
        path, method="OPTIONS", **PREFLIGHT, Access_Control_Request_Headers="X-A, authorization"
    )

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == ALLOWED
    assert answer.headers["Access-Control-Allow-Headers"] == "x-a, authorization"
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    assert answer.headers["Vary"] == "Access-Control-Request-Headers"
    assert "Content-Length" not in answer.headers
    assert layers.built == []


def test_a_preflight_that_asks_for_no_headers_is_granted_none(layers: FakeLayers) -> None:
    answer = client(layers).get(TILE, method="OPTIONS", **PREFLIGHT)

    assert "Access-Control-Allow-Headers" not in answer.headers


def test_a_preflight_does_not_ask_the_authorisation_hook(layers: FakeLayers) -> None:
    """Browsers send no credentials with it, so that it could only be refused."""
    environ = {"mapproxy.authorize": lambda *_, **__: {"authorized": "none"}}

    assert client(layers).get(TILE, method="OPTIONS", environ=environ, **PREFLIGHT).status_code == 204


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        pytest.param("", PREFLIGHT, id="the option is off"),
        pytest.param("*", {"Origin": "https://app.example"}, id="no method is asked for"),
        pytest.param("*", {"Access_Control_Request_Method": "GET"}, id="no origin"),
        pytest.param("*", {}, id="no script at all"),
    ],
)
def test_other_questions_for_options_are_told_the_methods_alone(
    layers: FakeLayers, origin: str, headers: dict[str, str]
) -> None:
    answer = client(layers, access_control_allow_origin=origin).get(TILE, method="OPTIONS", **headers)

    assert (answer.status_code, answer.data, answer.headers["Allow"]) == (204, b"", ALLOWED)
    assert "Access-Control-Allow-Methods" not in answer.headers
    assert ("Access-Control-Allow-Origin" in answer.headers) is (origin == "*")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", PATHS)
def test_methods_that_no_service_has_are_refused(layers: FakeLayers, method: str, path: str) -> None:
    answer = client(layers).get(path, environ={"REQUEST_METHOD": method})

    assert (answer.status_code, answer.content_type) == (405, "text/plain; charset=utf-8")
    assert answer.headers["Allow"] == ALLOWED
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.text == f"method not allowed; allowed are {ALLOWED}"


def test_post_is_answered_like_get(layers: FakeLayers) -> None:
    assert client(layers).get(TILE, method="POST").data == PNG_TILE


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        pytest.param(TILE, "GET", "Origin", id="tile"),
        pytest.param("/nothing", "GET", "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto, Origin", id="page"),
        pytest.param(
            "/tms", "GET", "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto, Accept-Encoding, Origin", id="document"
        ),
        pytest.param(TILE, "OPTIONS", "Access-Control-Request-Headers, Origin", id="preflight"),
    ],
)
def test_answers_for_one_origin_vary_with_it(layers: FakeLayers, path: str, method: str, expected: str) -> None:
    web = client(layers, access_control_allow_origin="https://app.example")

    answer = web.get(path, method=method, **PREFLIGHT)

    assert answer.headers.getlist("Vary") == [expected]
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"


@pytest.mark.parametrize("origin", ["*", ""])
def test_answers_for_everybody_or_nobody_do_not(layers: FakeLayers, origin: str) -> None:
    web = client(layers, access_control_allow_origin=origin)

    assert "Vary" not in web.get(TILE, **PREFLIGHT).headers
    assert "Origin" not in web.get("/tms", **PREFLIGHT).headers["Vary"]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param("x-a,X-B , x-a", ["x-a", "x-b"], id="each once"),
        pytest.param("x-a, x b, x\r\nset-cookie: y, ,(x), é", ["x-a"], id="what is no name is left out"),
        pytest.param(", ".join(f"x-{number}" for number in range(1000)), [f"x-{n}" for n in range(32)], id="many"),
        pytest.param("x" * 65, [], id="too long"),
        pytest.param("", [], id="none"),
    ],
)
def test_names_of_request_headers(listed: str, expected: list[str]) -> None:
    assert header_names(listed) == expected


@given(st.one_of(st.text(max_size=200), st.lists(st.from_regex(r"[!-~]{0,10}", fullmatch=True)).map(",".join)))
def test_nothing_but_names_is_ever_repeated(listed: str) -> None:
    names = header_names(listed)

    assert len(names) <= 32
    assert all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+", name) for name in names)

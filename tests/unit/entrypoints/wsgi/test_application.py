"""What all responses have in common, and which handler answers (spec/services.md, 1)."""

from __future__ import annotations

import io
import logging
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import EnvironBuilder

from tests.fakes.catalogue import PNG_TILE, WEBMERCATOR, FakeLayers
from tests.fakes.clock import FakeClock
from tests.fakes.wsgi import application, client
from tilekeep.adapters.after_response import AfterResponse
from tilekeep.entrypoints.wsgi.options import DemoOptions

TILE = "/tiles/osm/EPSG3857/1/0/0.png"

VARIETY = [
    pytest.param("/", id="welcome page"),
    pytest.param("/tms", id="document"),
    pytest.param("/nothing", id="not found"),
    pytest.param("/service", id="exception"),
    pytest.param("/tiles/osm", id="error"),
]


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    return layers


@pytest.mark.parametrize("path", [*VARIETY, pytest.param(TILE, id="tile")])
def test_every_response_may_be_read_by_scripts_of_other_sites(layers: FakeLayers, path: str) -> None:
    assert client(layers).get(path).headers["Access-Control-Allow-Origin"] == "*"
    assert (
        client(layers, access_control_allow_origin="https://a.example").get(path).headers["Access-Control-Allow-Origin"]
        == "https://a.example"
    )
    assert "Access-Control-Allow-Origin" not in client(layers, access_control_allow_origin="").get(path).headers


@pytest.mark.parametrize("path", VARIETY)
def test_documents_vary_with_the_headers_that_make_their_addresses(layers: FakeLayers, path: str) -> None:
    varying = client(layers).get(path).headers["Vary"]

    assert varying.removesuffix(", Accept-Encoding") == "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto"


def test_tiles_do_not_vary(layers: FakeLayers) -> None:
    assert "Vary" not in client(layers).get(TILE).headers


@pytest.mark.parametrize("path", [*VARIETY, pytest.param(TILE, id="tile")])
def test_head_has_the_headers_of_get_and_no_body(layers: FakeLayers, path: str) -> None:
    web = client(layers)

    got, head = web.get(path), web.get(path, method="HEAD")

    assert (head.status, head.headers, head.data) == (got.status, got.headers, b"")


@pytest.mark.parametrize("path", ["", "/"])
@pytest.mark.parametrize(
    ("demo", "linked"), [pytest.param(DemoOptions(), True, id="demo"), pytest.param(None, False, id="no demo")]
)
def test_the_root_welcomes_and_points_to_the_demo(
    layers: FakeLayers, path: str, demo: DemoOptions | None, linked: bool
) -> None:
    answer = client(layers, demo=demo).get(path, Host="maps.example", X_Script_Name="/maps")

    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert "Welcome to Tilekeep" in answer.text
    assert ('href="http://maps.example/maps/demo/"' in answer.text) is linked


@pytest.mark.parametrize("path", ["/nothing", "/tilesx", "/tm", "/tmsx/1.0.0", "/demo/", "/.", "/wms"])
def test_what_nobody_handles_is_not_found(layers: FakeLayers, path: str) -> None:
    answer = client(layers).get(path)

    assert (answer.status_code, answer.content_type, answer.text) == (404, "text/plain; charset=utf-8", "not found")


@pytest.mark.parametrize("path", ["/tiles.foo", "/tiles-foo/x"])
def test_what_follows_the_leading_word_is_for_the_handler_to_refuse(layers: FakeLayers, path: str) -> None:
    assert client(layers).get(path).text == f"invalid request ({path})"


class TestUnexpectedErrors:
    """A layer whose parts cannot be built."""

    @pytest.fixture
    def layers(self) -> FakeLayers:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR)
        layers.tiles.clear()
        return layers

    def test_clients_learn_nothing_and_operators_everything(
        self, layers: FakeLayers, caplog: pytest.LogCaptureFixture
    ) -> None:
        errors = io.StringIO()

        with caplog.at_level(logging.CRITICAL, "tilekeep.wsgiapp"):
            answer = client(layers, debug=False).get(TILE, environ={"wsgi.errors": errors})

        assert (answer.status_code, answer.text) == (500, "internal error")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        [record] = caplog.records
        assert record.getMessage().startswith(f"unexpected error at {TILE!r}\nTraceback")
        assert "KeyError" in record.getMessage()
        assert errors.getvalue() == ""

    def test_without_logging_the_server_is_told(self, layers: FakeLayers, monkeypatch: pytest.MonkeyPatch) -> None:
        errors = io.StringIO()
        monkeypatch.setattr(logging.getLogger("tilekeep.wsgiapp"), "propagate", False)

        client(layers, debug=False).get(TILE, environ={"wsgi.errors": errors})

        assert errors.getvalue().startswith(f"unexpected error at {TILE!r}\nTraceback")
        assert "KeyError" in errors.getvalue()

    def test_in_debug_mode_they_reach_the_server(self, layers: FakeLayers) -> None:
        with pytest.raises(KeyError):
            client(layers, debug=True).get(TILE)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X_Script_Name": "/maps"}, id="a proxy that strips the prefix"),
        pytest.param({"X_Script_Name": "/maps/"}, id="with a slash at the end"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/maps"])
def test_behind_a_proxy_addresses_are_those_that_clients_use(
    layers: FakeLayers, headers: dict[str, str], prefix: str
) -> None:
    answer = client(layers).get(
        f"{prefix}/tms", X_Forwarded_Host="maps.example, inner", X_Forwarded_Proto="https", **headers
    )

    service = ET.fromstring(answer.data).find("TileMapService")
    assert service is not None
    assert service.get("href") == "https://maps.example/maps/tms/1.0.0/"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X_Forwarded_Host": '"><script>alert(1)</script>'}, id="host"),
        pytest.param({"X_Forwarded_Proto": "javascript:alert(1)//"}, id="scheme"),
        pytest.param({"X_Script_Name": '/"><script>'}, id="prefix"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/tms", "/wmts/1.0.0/WMTSCapabilities.xml"])
def test_malformed_headers_of_proxies_reach_no_document(layers: FakeLayers, headers: dict[str, str], path: str) -> None:
    answer = client(layers, demo=DemoOptions()).get(path, **headers)

    assert answer.status_code == 200
    assert "script>" not in answer.text
    assert "javascript" not in answer.text
    assert "http://localhost" in answer.text


@pytest.mark.parametrize("path", ["/", "/nothing", "/tms/1.0.0", "/wmts/1.0.0/WMTSCapabilities.xml", "/tms/1.0.0/x"])
def test_browsers_are_told_not_to_guess_what_documents_are(path: str) -> None:
    assert client(FakeLayers()).get(path).headers["X-Content-Type-Options"] == "nosniff"


class TestWorkLeftForLater:
    """Servers without threads do it when they have sent the answer, and close it."""

    def test_it_is_done_when_the_answer_is_closed(self, layers: FakeLayers) -> None:
        jobs = AfterResponse(FakeClock())
        done: list[str] = []
        jobs.submit("job", lambda: done.append("done"))

        answer = called(layers, jobs)

        assert (b"".join(answer), done) == (PNG_TILE, [])
        answer.close()
        assert done == ["done"]

    def test_an_answer_without_such_work_is_plain(self, layers: FakeLayers) -> None:
        assert called(layers, AfterResponse(FakeClock())) == [PNG_TILE]


def called(layers: FakeLayers, jobs: AfterResponse) -> Any:
    """What the application gives a server that asks for a tile."""
    return application(layers, after_answers=jobs)(EnvironBuilder(TILE).get_environ(), lambda *_: None)

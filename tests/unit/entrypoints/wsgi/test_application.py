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
from tilekeep.entrypoints import request_id
from tilekeep.entrypoints.wsgi.options import DemoOptions
from tilekeep.entrypoints.wsgi.plugins.assembly import PluginParts

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


class Watching:
    """Remembers what it is told of."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.names: list[str | None] = []

    def __call__(self, environ: Any, facts: Any, status: str, size: int, seconds: float) -> None:
        self.told.append((environ["REQUEST_METHOD"], status[:3]))
        self.names.append(request_id.current())


@pytest.mark.parametrize(("method", "status"), [("PUT", 405), ("OPTIONS", 204), ("DELETE", 405), ("GET", 200)])
def test_requests_of_every_method_are_watched_and_named(layers: FakeLayers, method: str, status: int) -> None:
    watching = Watching()

    web = client(layers, watchers=[watching], names_requests=True)

    answer = web.get(TILE, method=method, X_Request_ID="of-a-proxy")

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "of-a-proxy")
    assert (watching.told, watching.names) == ([(method, str(status))], ["of-a-proxy"])


def _raise(environ: Any) -> Any:
    raise RuntimeError("nobody expected this")


def test_an_unexpected_error_has_the_name_of_its_request_in_its_answer_and_in_the_log(
    layers: FakeLayers, caplog: pytest.LogCaptureFixture
) -> None:
    names: list[str | None] = []
    watching = Watching()
    caplog.handler.addFilter(lambda record: names.append(request_id.current()) is None)

    answer = client(layers, operations={"broken": _raise}, watchers=[watching], names_requests=True, debug=False).get(
        "/broken", X_Request_ID="of-a-proxy"
    )

    assert (answer.status_code, answer.text) == (500, "internal error")
    assert answer.headers["X-Request-ID"] == "of-a-proxy"
    assert ("nobody expected this" in caplog.text, names) == (True, ["of-a-proxy"])
    assert watching.told == [("GET", "500")]


def test_an_unexpected_error_without_logging_is_named_in_the_errors_of_the_server(
    layers: FakeLayers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.Logger, "hasHandlers", lambda _: False)
    errors = io.StringIO()
    app = application(layers, operations={"broken": _raise}, names_requests=True, debug=False)
    environ = EnvironBuilder("/broken", headers={"X-Request-ID": "of-a-proxy"}, errors_stream=errors).get_environ()

    list(app(environ, lambda *_: None))

    assert errors.getvalue().startswith("request of-a-proxy: unexpected error at '/broken'")


def test_interceptors_see_requests_in_order_and_their_errors_are_no_others(layers: FakeLayers) -> None:
    seen: list[str] = []

    def noting(name: str) -> Any:
        def around(application: Any) -> Any:
            def intercepting(environ: Any, start_response: Any) -> Any:
                seen.append(name)
                if environ["PATH_INFO"] == f"/{name}":
                    raise RuntimeError(name)
                return application(environ, start_response)

            return intercepting

        return around

    plugins = PluginParts({}, (noting("outer"), noting("inner")), {})
    web = client(layers, plugins=plugins, debug=False, names_requests=True)

    tile, broken = web.get(TILE), web.get("/inner")

    assert (tile.data, tile.headers["Access-Control-Allow-Origin"]) == (PNG_TILE, "*")
    assert (broken.status_code, "X-Request-ID" in broken.headers) == (500, True)
    assert broken.headers["Access-Control-Allow-Origin"] == "*"
    assert seen == ["outer", "inner"] * 2


def test_a_service_of_a_plugin_answers_below_its_name_only(layers: FakeLayers) -> None:
    def answers(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]

    web = client(layers, plugins=PluginParts({"where": answers}, (), {}))

    assert (web.get("/where/am/i").data, web.get("/wherever").status_code) == (b"/where/am/i", 404)
    assert web.get(TILE).data == PNG_TILE


@pytest.mark.parametrize("status", ["banana", "", 200, None])
def test_what_is_no_status_of_a_plugin_becomes_an_internal_error(layers: FakeLayers, status: Any) -> None:
    def answers(environ: Any, start_response: Any) -> Any:
        start_response(status, [("Content-Type", "text/plain")])
        return [b"text"]

    web = client(layers, plugins=PluginParts({"where": answers}, (), {}), debug=False)

    answer = web.get("/where")

    assert (answer.status_code, answer.data) == (500, b"internal error")

"""Spans are what OpenTelemetry's own SDK makes of them, and hold neither secrets nor what clients invent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.tile_store import FakeTileStore
from tests.fakes.wsgi import client
from tilekeep.adapters.telemetry.open_telemetry import OpenTelemetryTraces, provider_of_environment
from tilekeep.application.traced.http_client import TracedHttpClient
from tilekeep.application.traced.store import TracedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import ConfigurationError, SourceTimeout
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.ports.http_client import HttpAnswer

KEY = TileKey(TileCoord(1, 0, 0))
REQUEST = UpstreamRequest("GET", "http://u:secret@maps.example/wms?key=secret")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = 0x0AF7651916CD43DD8448EB211C80319C


class Collected:
    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._provider = TracerProvider()
        self._provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def traces(self, *, accepts: bool = False, propagates: bool = False) -> OpenTelemetryTraces:
        return OpenTelemetryTraces(self._provider, accepts=accepts, propagates=propagates)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()


class Server:
    """A client that answers, or fails, at once."""

    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self._answer = answer
        self.sent: list[UpstreamRequest] = []

    def make_ready(self) -> None:
        """Is ready as it is."""

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        self.sent.append(request)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def collected() -> Collected:
    return Collected()


def facts(span: ReadableSpan) -> Mapping[str, object]:
    return dict(span.attributes or {})


def test_reads_and_writes_are_spans_below_the_request_they_are_done_for(collected: Collected) -> None:
    traces = collected.traces()
    store = TracedStore(FakeTileStore(), "osm", traces)

    with traces.request("GET", {}, {}):
        store.write([NewTile(KEY, b"\x89PNG\r\n\x1a\n", "image/png")], 1.0)
        store.read(KEY)
        store.read_many([KEY, KEY._replace(coord=TileCoord(1, 1, 1))])

    write, read, many, request = collected.spans
    assert [span.name for span in (write, read, many)] == ["write tiles", "read tile", "read tiles"]
    assert facts(read) == {"tilekeep.cache": "osm", "tilekeep.found": 1}
    assert facts(many) == {"tilekeep.cache": "osm", "tilekeep.tiles": 2, "tilekeep.found": 1}
    assert request.kind is SpanKind.SERVER
    assert {span.parent.span_id for span in (write, read, many) if span.parent} == {request.context.span_id}


def test_a_request_to_a_server_tells_no_secret_and_nothing_to_the_server(collected: Collected) -> None:
    server = Server(HttpAnswer(503, {}, b"busy"))

    TracedHttpClient(server, collected.traces()).send(REQUEST, NO_DEADLINE, max_bytes=10)

    (span,) = collected.spans
    assert (span.kind, span.status.status_code, facts(span)["error.type"]) == (SpanKind.CLIENT, StatusCode.ERROR, "503")
    assert facts(span)["server.address"] == "maps.example"
    assert "secret" not in span.to_json()
    assert server.sent == [REQUEST]


def test_servers_are_told_of_the_trace_where_that_is_wanted(collected: Collected) -> None:
    server = Server(HttpAnswer(200, {}, b""))

    TracedHttpClient(server, collected.traces(propagates=True)).send(REQUEST, NO_DEADLINE, max_bytes=10)

    (span,), (sent,) = collected.spans, server.sent
    ((name, told),) = sent.headers
    assert (name, told[:-2]) == ("traceparent", f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")


def test_an_error_fails_its_span_by_its_class_alone(collected: Collected) -> None:
    server = Server(SourceTimeout("the text may say anything"))

    with pytest.raises(SourceTimeout):
        TracedHttpClient(server, collected.traces()).send(REQUEST, NO_DEADLINE, max_bytes=10)

    (span,) = collected.spans
    assert (span.status.status_code, facts(span)["error.type"]) == (StatusCode.ERROR, "SourceTimeout")
    assert "the text may say anything" not in span.to_json()


@pytest.mark.parametrize(("accepts", "goes_on"), [(True, True), (False, False)])
def test_the_trace_of_a_client_is_gone_on_with_only_where_that_is_permitted(
    collected: Collected, accepts: bool, goes_on: bool
) -> None:
    with collected.traces(accepts=accepts).request("GET", {"traceparent": PARENT}, {}):
        pass

    (span,) = collected.spans
    assert (span.context.trace_id == TRACE) is goes_on


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    return layers


def test_a_request_says_what_is_known_of_it(collected: Collected, layers: FakeLayers) -> None:
    client(layers, traces=collected.traces()).get("/tiles/osm/EPSG3857/1/0/0.png?apikey=secret")

    (span,) = collected.spans
    known = facts(span)
    assert (span.name, known["http.response.status_code"]) == ("GET", 200)
    assert (known["tilekeep.service"], known["tilekeep.layers"]) == ("tms", "osm")
    assert "secret" not in span.to_json()


@pytest.mark.parametrize("method", ["PUT", "TRACE"])
def test_methods_that_are_not_served_name_no_span(collected: Collected, layers: FakeLayers, method: str) -> None:
    client(layers, traces=collected.traces()).get("/", method=method)

    (span,) = collected.spans
    assert (span.name, facts(span)["http.response.status_code"]) == ("_OTHER", 405)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    provider_of_environment.cache_clear()
    yield monkeypatch.setenv
    provider_of_environment.cache_clear()


@pytest.mark.parametrize(("variable", "value"), [("OTEL_TRACES_EXPORTER", "none"), ("OTEL_SDK_DISABLED", "true")])
def test_the_standard_variables_turn_traces_off(
    environment: Callable[[str, str], None], variable: str, value: str
) -> None:
    environment(variable, value)

    assert provider_of_environment() is None


def test_an_exporter_that_there_is_not_is_an_error_that_names_the_variable(
    environment: Callable[[str, str], None],
) -> None:
    environment("OTEL_TRACES_EXPORTER", "zipkin")

    with pytest.raises(ConfigurationError, match="OTEL_TRACES_EXPORTER is 'zipkin'"):
        provider_of_environment()

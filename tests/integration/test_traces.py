"""A served tile as spans at a receiver of OTLP over HTTP."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.integration.services.process import Server, wait_until
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

_CONFIG = """
globals:
  tracing: {options}
services: {{tms: }}
layers: [{{name: good, title: Good, sources: [good]}}]
caches: {{good: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [1, 1], meta_buffer: 0}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""
_TILE = "/tiles/good/EPSG3857/1/0/0.png"


class Receiver:
    """Takes what exporters send."""

    def __init__(self) -> None:
        self.services: set[str] = set()
        self.spans: list[Span] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.services.add(names["service.name"])
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


def test_the_making_of_a_tile_arrives_as_one_trace(
    tilekeep_server: Callable[..., Server], receiver: Receiver, upstream: UpstreamServer
) -> None:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_SERVICE_NAME": "maps-of-the-city",
    }
    config = _CONFIG.format(url=upstream.url, options="{propagate: true}")
    server = tilekeep_server(config, workers=1, env=variables)

    assert ask(server.url + _TILE).status == 200

    def spans() -> dict[str, Span]:
        of_tile = [one for one in receiver.spans if any(fact.value.string_value == _TILE for fact in one.attributes)]
        trace = [one for one in receiver.spans if of_tile and one.trace_id == of_tile[0].trace_id]
        return {"asks" if one.kind == Span.SPAN_KIND_CLIENT else one.name: one for one in trace}

    wait_until(lambda: {"GET", "make tiles", "asks", "write tiles", "read tile"} <= spans().keys())
    found = spans()
    assert receiver.services == {"maps-of-the-city"}
    assert found["GET"].kind == Span.SPAN_KIND_SERVER
    assert found["make tiles"].parent_span_id == found["GET"].span_id
    assert found["write tiles"].parent_span_id == found["make tiles"].span_id
    (asked,) = upstream.requests_to("/wms")
    told = {name.lower(): value for name, value in asked.headers.items()}["traceparent"]
    assert told.startswith(f"00-{found['asks'].trace_id.hex()}-{found['asks'].span_id.hex()}-")


def test_without_the_option_nothing_of_it_is_imported() -> None:
    program = (
        "import sys; import tilekeep.config.containers; import tilekeep.entrypoints.wsgi.make_app;"
        "print(sorted(name for name in sys.modules if name.startswith('opentelemetry')))"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )

    assert run.stdout == "[]\n"

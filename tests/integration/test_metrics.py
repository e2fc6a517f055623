"""What a server measures of itself, and what it says of its health."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from tests.integration.services.process import Server, free_port, wait_until
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tests.integration.support.workers import connections_to_workers
from tilekeep import make_wsgi_app
from tilekeep.config.assemble import measured as measured_parts

_CONFIG = """
globals:
  cache: {{failure_seconds: 0, concurrent_tile_creators: 1}}
  metrics: {{path: /metrics, bind: '127.0.0.1:{port}'}}
services: {{tms: , wmts: , wms: {{srs: ['EPSG:3857']}}}}
layers:
  - {{name: good, title: Good, sources: [good]}}
  - {{name: failing, title: Failing, sources: [failing]}}
caches:
  good: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [1, 1], meta_buffer: 0}}
  failing: {{grids: [GLOBAL_WEBMERCATOR], sources: [broken]}}
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}, http: {{requests_per_second: 1000}}}}
  broken: {{type: wms, req: {{url: "http://user:secret@{host}/broken", layers: all}}}}
"""
_MAP = (
    "/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=good,failing&STYLES=&SRS=EPSG:3857"
    "&BBOX=-20037508,-20037508,20037508,20037508&WIDTH=256&HEIGHT=256&FORMAT=image/png"
)


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(upstream: UpstreamServer, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = _CONFIG.format(url=upstream.url, host=upstream.url.removeprefix("http://"), port=port)
    with tilekeep(tmp_path_factory.mktemp("measured"), config, workers=2) as running:
        yield running


def samples(text: bytes) -> dict[tuple[str, ...], float]:
    """By name and values of labels, which are sorted by the names of labels."""
    return {
        (sample.name, *(text for _, text in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def measured(server: Server, *series: str) -> float:
    """One number of the page of whichever worker answers."""
    return samples(ask(f"{server.url}/metrics").body).get(series, 0.0)


def test_all_workers_together_are_counted_whoever_is_asked(server: Server) -> None:
    series = ("tilekeep_requests_total", "good", "tms", "200")
    before = measured(server, *series)

    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        for _ in range(10):
            one.get("/tiles/good/EPSG3857/1/0/0.png")
            other.get("/tiles/good/EPSG3857/1/0/0.png")

        for worker in (one, other):
            wait_until(lambda worker=worker: samples(worker.get("/metrics").body).get(series) == before + 20)  # type: ignore[misc]


def test_a_worker_that_dies_takes_nothing_with_it(server: Server) -> None:
    series = ("tilekeep_requests_total", "good", "wmts", "200")
    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        for _ in range(7):
            one.get("/wmts/good/GLOBAL_WEBMERCATOR/1/0/0.png")
        wait_until(lambda: samples(other.get("/metrics").body).get(series, 0.0) >= 7)
        victim = one.worker(server)
        assert victim is not None

        os.kill(victim, signal.SIGKILL)

        assert samples(other.get("/metrics").body)[series] == 7
    wait_until(server.answers)
    assert measured(server, *series) == 7


def test_hits_and_misses_are_those_of_the_cache(server: Server) -> None:
    before = [measured(server, "tilekeep_tiles_total", "good", state) for state in ("hit", "miss")]

    for _ in range(3):
        assert ask(f"{server.url}/tiles/good/EPSG3857/4/3/3.png").status == 200

    def rise() -> list[float]:
        now = [measured(server, "tilekeep_tiles_total", "good", state) for state in ("hit", "miss")]
        return [after - earlier for after, earlier in zip(now, before, strict=True)]

    wait_until(lambda: rise() == [2, 1])


def test_requests_to_map_servers_are_timed_and_told_apart_by_status(server: Server, upstream: UpstreamServer) -> None:
    upstream.on("/broken", Reply(status=503))
    name = upstream.url.removeprefix("http://")

    assert ask(f"{server.url}/tiles/failing/EPSG3857/0/0/0.png").status == 500

    wait_until(lambda: measured(server, "tilekeep_upstream_requests_total", name, "503") == 1)
    assert measured(server, "tilekeep_upstream_duration_seconds_count", name) >= 1
    # Maps of other tests may have asked for tiles of it, too.
    assert measured(server, "tilekeep_tiles_total", "failing", "error") >= 1
    assert measured(server, "tilekeep_requests_total", "failing", "tms", "500") == 1
    assert b"secret" not in ask(f"{server.url}/metrics").body


def test_a_map_counts_for_each_of_its_layers(server: Server) -> None:
    ask(server.url + _MAP)

    wait_until(lambda: measured(server, "tilekeep_requests_total", "good", "wms", "200") == 1)
    assert measured(server, "tilekeep_requests_total", "failing", "wms", "200") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/made_up_{0}/EPSG3857/0/0/0.png",
        "/made_up_{0}",
        "/service?SERVICE=made_up_{0}&REQUEST=made_up_{0}&LAYERS=made_up_{0}",
        "/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&LAYERS=made_up_{0}&STYLES=&SRS=made_up_{0}&BBOX=0,0,1,1&WIDTH=9&HEIGHT=9&FORMAT=image/png",
        "/wmts/made_up_{0}/GLOBAL_WEBMERCATOR/1/0/0.png",
    ],
)
def test_what_clients_make_up_gets_into_no_label(server: Server, path: str) -> None:
    ask(server.url + path.format("a"))
    ask(server.url + path.format("b"))

    assert b"made_up" not in ask(f"{server.url}/metrics").body


def test_the_port_of_its_own_shows_the_same(server: Server, port: int) -> None:
    found = samples(ask(f"http://127.0.0.1:{port}/metrics").body)

    assert ("tilekeep_info", "0.1.0") in found or any(name == "tilekeep_info" for name, *_ in found)


def test_nothing_is_shown_or_measured_by_default(upstream: UpstreamServer, tmp_path: Path) -> None:
    config = tmp_path / "mapproxy.yaml"
    text = _CONFIG.format(url=upstream.url, host="127.0.0.1:1", port=1)
    config.write_text("\n".join(line for line in text.splitlines() if "metrics" not in line))
    client = Client(make_wsgi_app(str(config)))
    client.get("/tiles/good/EPSG3857/1/0/0.png")

    assert client.get("/metrics").status_code == 404
    assert not list(tmp_path.rglob("metrics-*"))


class TestHealth:
    def test_a_living_server_says_so(self, server: Server) -> None:
        answer = ask(f"{server.url}/health/live")

        assert (answer.status, json.loads(answer.body)) == (200, {"status": "live"})
        assert "no-store" in answer.cache_control

    def test_it_is_ready_with_map_servers_that_fail(self, server: Server) -> None:
        answer = ask(f"{server.url}/health/ready")

        assert (answer.status, json.loads(answer.body)["status"]) == (200, "ready")

    def test_it_is_not_where_it_cannot_write_its_locks(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        config = tmp_path / "mapproxy.yaml"
        config.write_text(_WORLD.format(more="globals: {cache: {lock_dir: ./file/locks}}"))
        (tmp_path / "file").write_text("in the way")

        answer = Client(make_wsgi_app(str(config))).get("/health/ready")

        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "problems": ["lock_dir"]})
        assert str(tmp_path) not in answer.text
        assert str(tmp_path / "file") in caplog.text

    def test_where_nothing_is_made_nothing_has_to_be_written(self, tmp_path: Path) -> None:
        config = tmp_path / "mapproxy.yaml"
        text = _WORLD.format(more="globals: {cache: {lock_dir: ./file/locks}}")
        config.write_text(text.replace("sources: [world]}}", "sources: []}}"))
        (tmp_path / "file").write_text("in the way")

        assert Client(make_wsgi_app(str(config))).get("/health/ready").status_code == 200

    @pytest.mark.parametrize("path", ["/health", "/health/", "/health/other"])
    def test_there_are_no_other_pages(self, server: Server, path: str) -> None:
        assert ask(server.url + path).status == 404


_WORLD = """
{more}
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [world]}}}}
sources: {{world: {{type: world}}}}
"""


#: A fork in the middle of an import in a thread would leave its lock to nobody in the child.
LOADS_BEFORE_THREADS = """
import sys, threading
from tilekeep import make_wsgi_app

started = []
start = threading.Thread.start
threading.Thread.start = lambda thread: (started.append("prometheus_client.exposition" in sys.modules), start(thread))
make_wsgi_app("mapproxy.yaml")
sys.exit(0 if started and all(started) else 1)
"""


def test_what_measuring_needs_is_loaded_before_any_thread_begins(tmp_path: Path) -> None:
    (tmp_path / "mapproxy.yaml").write_text(
        f"services: {{tms: }}\nlayers: []\nglobals: {{metrics: {{path: /metrics, bind: '127.0.0.1:{free_port()}'}}}}\n"
    )

    done = subprocess.run([sys.executable, "-c", LOADS_BEFORE_THREADS], cwd=tmp_path, timeout=60, check=False)

    assert done.returncode == 0


_RELOADED = """
globals: {{metrics: {{path: /metrics, directory: metrics}}}}
services: {{tms: }}
layers: [{{name: {layer}, title: A layer, sources: [cache]}}]
caches: {{cache: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}}}}
sources: {{world: {{type: world}}}}
"""


def _saving_threads() -> int:
    return [thread.name for thread in threading.enumerate()].count("tilekeep-metrics")


@pytest.mark.parametrize("has_threads", [True, False], ids=["threads", "no threads"])
def test_a_reload_loses_no_counts_and_begins_no_second_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_threads: bool
) -> None:
    monkeypatch.setattr(measured_parts, "threads_run_beside_requests", lambda: has_threads)
    config = tmp_path / "mapproxy.yaml"
    config.write_text(_RELOADED.format(layer="before"))
    client = Client(make_wsgi_app(str(config), reloader=True))
    for _ in range(3):
        client.get("/tms/1.0.0/nothing")
    threads = _saving_threads()

    config.write_text(_RELOADED.format(layer="afterwards"))
    assert client.get("/tms/1.0.0/afterwards/EPSG3857").status_code == 200

    found = samples(client.get("/metrics").data)
    assert found["tilekeep_requests_total", "", "tms", "404"] == 3
    assert _saving_threads() <= threads


def test_a_reload_ends_what_the_directory_before_was_written_by(tmp_path: Path) -> None:
    config, text = tmp_path / "mapproxy.yaml", _RELOADED.format(layer="cache")
    config.write_text(text)
    client = Client(make_wsgi_app(str(config), reloader=True))
    client.get("/tms/1.0.0/cache/EPSG3857")
    threads = _saving_threads()

    for number in range(3):
        config.write_text(text.replace("directory: metrics", f"directory: measured-{number}"))
        assert client.get("/tms/1.0.0/cache/EPSG3857").status_code == 200

    wait_until(lambda: _saving_threads() <= threads)

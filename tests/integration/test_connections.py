"""Tiles that have to be fetched share the connections to their server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_tile, draw_wms
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tests.integration.support.workers import WorkerConnection, connections_to_workers

CONFIG = """
services: {{tms: }}
layers:
  - {{name: wms, title: WMS, sources: [wms]}}
  - {{name: tiles, title: Tiles, sources: [tiles]}}
caches:
  wms: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [1, 1], meta_buffer: 0}}
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles]}}
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{url}/%(z)s/%(x)s/%(y)s.png"}}
"""
LAYERS = ["wms", "tiles"]
PLACES = [(6, x, y) for x in range(8) for y in range(3)]


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    def slowly(request: Received) -> Reply:
        return replace((draw_wms if request.path == "/wms" else draw_tile)(request), delay_seconds=0.05)

    with UpstreamServer() as server:
        server.on("/wms", slowly)
        for z, x, y in PLACES:
            server.on(f"/{z}/{x}/{y}.png", slowly)
        yield server


def _path(layer: str, place: tuple[int, int, int]) -> str:
    return f"/tiles/{layer}/EPSG3857/{'/'.join(map(str, place))}.png"


@pytest.mark.parametrize("layer", LAYERS)
def test_tiles_one_after_the_other_come_over_one_connection(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server], layer: str
) -> None:
    server = tilekeep_server(CONFIG.format(url=upstream.url), workers=1)

    answers = [ask(server.url + _path(layer, place)) for place in PLACES[:8]]

    assert {answer.status for answer in answers} == {200}
    assert (len(upstream.requests), upstream.connections) == (8, 1)


@pytest.mark.parametrize("layer", LAYERS)
def test_eight_tiles_at_a_time_need_no_more_than_eight_connections_for_ever(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server], layer: str
) -> None:
    server = tilekeep_server(CONFIG.format(url=upstream.url), workers=1, threads=8)

    with connections_to_workers(server, workers=1, each=8) as (connections,), ThreadPoolExecutor(8) as clients:
        for start in range(0, 24, 8):
            paths = [_path(layer, place) for place in PLACES[start : start + 8]]
            answers = list(clients.map(WorkerConnection.get, connections, paths))
            assert {answer.status for answer in answers} == {200}

    assert len(upstream.requests) == 24
    assert upstream.most_under_way > 1
    assert upstream.connections <= 8


def test_layers_of_one_server_share_its_connections(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    server = tilekeep_server(CONFIG.format(url=upstream.url), workers=1)

    answers = [ask(server.url + _path(layer, place)) for place in PLACES[:4] for layer in LAYERS]

    assert {answer.status for answer in answers} == {200}
    assert (len(upstream.requests), upstream.connections) == (8, 1)


def test_each_worker_has_connections_of_its_own(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    server = tilekeep_server(CONFIG.format(url=upstream.url), workers=2)

    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        answers = [worker.get(_path("wms", place)) for place, worker in zip(PLACES, [one, other] * 4, strict=False)]

    assert {answer.status for answer in answers} == {200}
    assert (len(upstream.requests), upstream.connections) == (8, 2)


def test_a_connection_that_the_server_has_closed_costs_no_answer(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    server = tilekeep_server(CONFIG.format(url=upstream.url), workers=1)
    first = ask(server.url + _path("wms", PLACES[0]))

    upstream.close_connections()
    second = ask(server.url + _path("wms", PLACES[1]))

    assert [first.status, second.status] == [200, 200]
    assert upstream.connections == 2

"""A map server that goes away, fails and comes back: what was stored keeps coming, and nobody piles on."""

from __future__ import annotations

import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tests.integration.support.workers import WorkerConnection, connections_to_workers

HOUR = 3600.0
LONG = "public, max-age=259200, s-maxage=259200"
SHORT = "public, max-age=1, s-maxage=1"

# Tiles older than the file "marker" are stale; a block that failed is left alone for failure_seconds.
CONFIG = """
services: {{tms: , wmts: }}
globals: {{cache: {{meta_size: [4, 4], failure_seconds: {pause}}}}}
layers:
  - {{name: ageing, title: Ageing, sources: [ageing]}}
  - {{name: lasting, title: Lasting, sources: [lasting]}}
caches:
  ageing: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], refresh_before: {{mtime: ./marker}}}}
  lasting: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources: {{wms: {{type: wms, req: {{url: "{wms}", layers: land}}}}}}
"""
LAYERS = ("ageing", "lasting")
BLOCK = [f"3/{x}/{y}" for x in range(4) for y in range(4)]


def _set_times(directory: Path) -> None:
    """Makes all tiles an hour old, and what is older than half an hour stale."""
    now = time.time()
    for tile in directory.glob("cache_data/*_EPSG3857/**/*.png"):
        os.utime(tile, (now - HOUR, now - HOUR))
    os.utime(directory / "marker", (now - HOUR / 2, now - HOUR / 2))


def _tile(layer: str, place: str) -> str:
    return f"/tiles/{layer}/EPSG3857/{place}.png"


class Filled(NamedTuple):
    """A server with a filled cache whose tiles of the layer ``ageing`` are stale, and whose upstream is gone."""

    server: Server
    tiles: dict[str, Answer]


def _filled(server: Server) -> dict[str, Answer]:
    (server.directory / "marker").write_text("")
    os.utime(server.directory / "marker", (0, 0))
    tiles = {_tile(layer, place): ask(server.url + _tile(layer, place)) for layer in LAYERS for place in BLOCK}
    _set_times(server.directory)
    return tiles


@pytest.fixture(scope="module")
def abandoned(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    directory = tmp_path_factory.mktemp("abandoned")
    with tilekeep(directory, CONFIG.format(wms=mapserver_of_session.fcgi_url, pause=1)) as server:
        tiles = _filled(server)
        yield Filled(server, tiles)


@pytest.fixture
def without_upstream(abandoned: Filled, mapserver_of_session: MapServer) -> Filled:
    if mapserver_of_session.running:
        mapserver_of_session.stop()
    _set_times(abandoned.server.directory)
    return abandoned


def test_stored_tiles_keep_coming_from_all_workers_when_the_map_server_is_gone(without_upstream: Filled) -> None:
    server, tiles = without_upstream

    with connections_to_workers(server, workers=2) as connections:
        answers = {path: [one.get(path) for (one,) in connections] for path in tiles}

    assert {answer.status for answer in tiles.values()} == {200}
    for path, filled in tiles.items():
        assert [one.status for one in answers[path]] == [200, 200]
        assert [one.body for one in answers[path]] == [filled.body] * 2
        assert {one.cache_control for one in answers[path]} == {SHORT if "ageing" in path else LONG}


@pytest.mark.parametrize(
    ("path", "media_type", "root"),
    [
        pytest.param("/tms/1.0.0/lasting/EPSG3857/6/9/9.png", "text/xml", "TileMapServerError", id="TMS"),
        pytest.param("/tiles/lasting/EPSG3857/7/9/9.png", "text/plain", None, id="tiles"),
        pytest.param("/wmts/lasting/GLOBAL_WEBMERCATOR/8/9/9.png", "text/xml", "ExceptionReport", id="WMTS by path"),
        pytest.param(
            "/service?service=WMTS&request=GetTile&version=1.0.0&layer=lasting&style=&format=image/png"
            "&tilematrixset=GLOBAL_WEBMERCATOR&tilematrix=9&tilecol=9&tilerow=9",
            "text/xml",
            "ExceptionReport",
            id="WMTS by parameters",
        ),
    ],
)
def test_tiles_that_were_never_stored_are_errors_of_the_protocol(
    without_upstream: Filled, path: str, media_type: str, root: str | None
) -> None:
    first, again = ask(without_upstream.server.url + path), ask(without_upstream.server.url + path)

    assert (first.status, first.media_type) == (again.status, again.media_type) == (500, media_type)
    assert "no-store" in first.cache_control
    assert "no-store" in again.cache_control
    assert first.headers["retry-after"] == "1"
    assert "etag" not in first.headers
    text = first.body.decode()
    assert "No response from URL" in text
    if root is not None:
        assert ET.fromstring(text).tag.rpartition("}")[2] == root


def test_stale_tiles_are_refreshed_by_one_request_when_the_map_server_is_back(
    without_upstream: Filled, mapserver_of_session: MapServer
) -> None:
    server, tiles = without_upstream
    stale = [path for path in tiles if "ageing" in path]
    assert ask(server.url + stale[0]).cache_control == SHORT

    mapserver_of_session.start()
    mapserver_of_session.forget_requests()
    _until(lambda: ask(server.url + stale[0]).cache_control == LONG)

    answers = [ask(server.url + path) for path in stale]
    assert [answer.cache_control for answer in answers] == [LONG] * 16
    assert [answer.body for answer in answers] == [tiles[path].body for path in stale]
    assert len({answer.headers["last-modified"] for answer in answers}) == 1
    assert len(mapserver_of_session.requests_logged()) == 1


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.mark.parametrize(("workers", "each"), [(1, 12), (2, 6)], ids=["one process", "two processes"])
def test_twelve_clients_of_one_failing_meta_tile_make_one_upstream_request(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server], workers: int, each: int
) -> None:
    upstream.on("/wms", Reply(status=503, delay_seconds=0.3))
    server = tilekeep_server(CONFIG.format(wms=f"{upstream.url}/wms", pause=30), workers=workers, threads=12)

    with connections_to_workers(server, workers, each) as connections, ThreadPoolExecutor(12) as clients:
        ready = [connection for of_worker in connections for connection in of_worker]
        places = [_tile("lasting", place) for place in BLOCK[:12]]
        answers = list(clients.map(WorkerConnection.get, ready, places))

    assert [answer.status for answer in answers] == [500] * 12
    assert len(upstream.requests) == 1


def test_a_failure_is_over_after_its_time(upstream: UpstreamServer, tilekeep_server: Callable[..., Server]) -> None:
    upstream.on("/wms", Reply(status=503), draw_wms)
    server = tilekeep_server(CONFIG.format(wms=f"{upstream.url}/wms", pause=0.5))

    first = ask(server.url + _tile("lasting", BLOCK[0]))
    _until(lambda: ask(server.url + _tile("lasting", BLOCK[1])).status == 200)

    assert first.status == 500
    assert len(upstream.requests) == 2


def test_the_time_a_server_asks_for_is_passed_on(
    upstream: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    upstream.on("/wms", Reply(status=503, headers={"Retry-After": "40"}))
    server = tilekeep_server(CONFIG.format(wms=f"{upstream.url}/wms", pause=1))

    answers = [ask(server.url + _tile("lasting", place)) for place in BLOCK]

    assert {answer.status for answer in answers} == {500}
    assert all(30 <= int(answer.headers["retry-after"]) <= 40 for answer in answers)
    assert len(upstream.requests) == 1


def _until(true: Callable[[], bool]) -> None:
    """Waits for something that must come to pass; the time limit of the test ends what never does."""
    while not true():
        time.sleep(0.1)

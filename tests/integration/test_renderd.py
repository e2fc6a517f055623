"""Servers that have their tiles made by another process, which stores them where both look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from tests.integration.services.mapproxy import mapproxy
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_tile, draw_wms
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app

CONFIG = """
globals:
  cache: {{base_dir: '{cache}', lock_dir: '{cache}/locks', failure_seconds: 60, meta_size: [2, 2]}}
  renderd: {renderd}
services: {{wmts: , wms: {{srs: ['EPSG:3857']}}}}
layers:
  - {{name: map, title: Map, sources: [map]}}
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: passing, title: Not stored, sources: [passing]}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tile], bulk_meta_tiles: true}}
  passing: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], disable_storage: true}}
sources:
  wms: {{type: wms, req: {{url: '{url}/wms', layers: all}}}}
  tile: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: '{url}/tile/%(z)s-%(x)s-%(y)s.png'}}
"""


class Renderer:
    """A renderer that speaks the protocol: Tilekeep on the same caches, in this process."""

    def __init__(self, server: UpstreamServer, cache: Path) -> None:
        file = cache / "renderer.yaml"
        file.write_text(CONFIG.format(cache=cache, url=server.url, renderd="{}"))
        self._client = Client(make_wsgi_app(str(file)))
        self.url = f"{server.url}/render"
        self.tasks: list[dict[str, Any]] = []
        self.answer: dict[str, str] | None = None
        server.on("/render", self._render)

    def _render(self, request: Received) -> Reply:
        task = json.loads(request.body)
        self.tasks.append(task)
        if self.answer is not None:
            return _said(self.answer)
        cache, _, grid = task["cache_identifier"].partition("_")
        statuses = {self._client.get(f"/wmts/{cache}/{grid}/{z}/{x}/{y}.png").status_code for x, y, z in task["tiles"]}
        return _said({"status": "ok" if statuses == {200} else "error", "error_message": "failed"})


def _said(answer: dict[str, str]) -> Reply:
    return Reply(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        for level, column, row in ((3, 4, 4), (3, 5, 4), (3, 4, 5), (3, 5, 5)):
            server.on(f"/tile/{level}-{column}-{row}.png", draw_tile)
        yield server


@pytest.fixture
def renderer(upstream: UpstreamServer, tmp_path: Path) -> Renderer:
    return Renderer(upstream, tmp_path)


@pytest.fixture
def asking(upstream: UpstreamServer, renderer: Renderer, tmp_path: Path) -> Client:
    """A server that asks the renderer."""
    file = tmp_path / "asking.yaml"
    file.write_text(CONFIG.format(cache=tmp_path, url=upstream.url, renderd=f"{{address: '{renderer.url}'}}"))
    return Client(make_wsgi_app(str(file)))


def test_the_renderer_makes_a_block_and_its_tiles_are_delivered(asking: Client, renderer: Renderer) -> None:
    tiles = [asking.get(f"/wmts/map/GLOBAL_WEBMERCATOR/3/{x}/{y}.png") for x in (4, 5) for y in (4, 5)]

    assert [(tile.status_code, tile.mimetype) for tile in tiles] == [(200, "image/png")] * 4
    assert len({tile.data for tile in tiles}) > 1
    [task] = renderer.tasks
    assert (task["cache_identifier"], task["tiles"], task["priority"]) == ("map_GLOBAL_WEBMERCATOR", [[4, 4, 3]], 100)


def test_maps_are_drawn_from_its_tiles(asking: Client, renderer: Renderer) -> None:
    answer = asking.get(
        "/service?service=WMS&version=1.1.1&request=GetMap&layers=map&styles=&srs=EPSG:3857&format=image/png"
        "&bbox=0,0,10018754,10018754&width=256&height=256"
    )

    assert (answer.status_code, answer.mimetype, len(renderer.tasks)) == (200, "image/png", 1)


def test_blocks_of_tile_sources_are_left_to_the_renderer(asking: Client, renderer: Renderer) -> None:
    answer = asking.get("/wmts/tiles/GLOBAL_WEBMERCATOR/3/5/4.png")

    assert answer.status_code == 200
    assert [task["tiles"] for task in renderer.tasks] == [[[5, 4, 3]]]


def test_what_is_not_stored_is_made_here(asking: Client, renderer: Renderer) -> None:
    answer = asking.get("/wmts/passing/GLOBAL_WEBMERCATOR/3/4/4.png")

    assert (answer.status_code, renderer.tasks) == (200, [])


@pytest.mark.parametrize(("said", "status", "tasks"), [("error", 500, 1), ("lock", 503, 2)])
def test_failures_are_answered_without_what_the_renderer_says(
    asking: Client, renderer: Renderer, said: str, status: int, tasks: int
) -> None:
    renderer.answer = {"status": said, "error_message": "disk of 10.0.0.7 is full"}

    answers = [asking.get(f"/wmts/map/GLOBAL_WEBMERCATOR/4/{x}/0.png") for x in (0, 1)]

    assert [answer.status_code for answer in answers] == [status] * 2
    assert all(b"10.0.0.7" not in answer.data for answer in answers)
    assert len(renderer.tasks) == tasks


def test_a_renderer_that_is_not_there_is_a_failure(asking: Client, upstream: UpstreamServer) -> None:
    upstream.stop()

    answer = asking.get("/wmts/map/GLOBAL_WEBMERCATOR/5/0/0.png")

    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]


def test_mapproxy_asks_the_same(asking: Client, renderer: Renderer, upstream: UpstreamServer, tmp_path: Path) -> None:
    directory = tmp_path / "reference"
    directory.mkdir()
    config = CONFIG.format(cache=directory, url=upstream.url, renderd=f"{{address: '{renderer.url}'}}")

    asking.get("/wmts/map/GLOBAL_WEBMERCATOR/3/5/5.png")
    with mapproxy(directory, config.replace(", failure_seconds: 60", "")) as server:
        ask(f"{server.url}/wmts/map/GLOBAL_WEBMERCATOR/3/5/5.png")

    ours, theirs = ({name: task[name] for name in task if name != "id"} for task in renderer.tasks)
    assert theirs == ours

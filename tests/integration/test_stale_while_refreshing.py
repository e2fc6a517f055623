"""Whoever asks for a stale tile is not kept waiting: the old one comes at once, and soon the new one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

HOUR = 3600.0
SHORT = "public, max-age=2, s-maxage=2"

CONFIG = """
services: {{tms: , wms: }}
globals: {{cache: {{meta_size: [2, 2], meta_buffer: 0, failure_seconds: 2}}}}
layers:
  - {{name: quick, title: Shown at once, sources: [quick]}}
  - {{name: patient, title: Shown after a while, sources: [patient]}}
  - {{name: strict, title: Shown for a while, sources: [strict]}}
caches:
  quick: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], refresh_before: {{hours: 1}}, refresh: {{mode: background}}}}
  patient:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
    refresh_before: {{hours: 1}}
    refresh: {{mode: deadline, deadline: 3}}
  strict:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
    refresh_before: {{hours: 1}}
    refresh: {{mode: background, max_stale: 1h}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: land}}}}}}
"""

OLD, NEW = (200, 30, 30), (30, 160, 60)


class Upstream(NamedTuple):
    """A map server whose maps are of one colour; each waits until it may be sent."""

    server: UpstreamServer
    may_send: threading.Event
    color: list[tuple[int, int, int]]

    def draw(self, request: Received) -> Reply:
        """The map, when it may be sent."""
        self.may_send.wait(20)
        size = (int(request.parameters["width"]), int(request.parameters["height"]))
        return image_reply(encoded(Image.new("RGB", size, self.color[0]), "PNG"))


class Cached(NamedTuple):
    upstream: Upstream
    tilekeep: Server


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cached]:
    directory = tmp_path_factory.mktemp("stale")
    with UpstreamServer() as server:
        upstream = Upstream(server, threading.Event(), [OLD])
        server.on("/wms", upstream.draw)
        with tilekeep(directory, CONFIG.format(url=server.url), workers=2) as served:
            yield Cached(upstream, served)


@pytest.fixture
def stale(cached: Cached) -> Cached:
    """All tiles of the first levels are stored, red and two hours old; new maps are green and held back."""
    upstream = cached.upstream
    upstream.color[0] = OLD
    upstream.may_send.set()
    for layer in ("quick", "patient", "strict"):
        for tile in (cached.tilekeep.directory / f"cache_data/{layer}_EPSG3857").glob("**/*.png"):
            tile.unlink()
        for place in ("1/0/0", "2/0/0", "2/2/2", "3/0/0"):
            wait_for(cached, layer, place, OLD)  # a failure of the test before is remembered for some seconds
    age_tiles(cached.tilekeep.directory, 2 * HOUR)
    upstream.color[0] = NEW
    upstream.may_send.clear()
    upstream.server.forget()
    return cached


def age_tiles(directory: Path, seconds: float) -> None:
    for tile in directory.glob("cache_data/**/*.png"):
        os.utime(tile, (time.time() - seconds, time.time() - seconds))


def path_of(layer: str, place: str) -> str:
    return f"/tiles/{layer}/EPSG3857/{place}.png"


def color_of(cached: Cached, layer: str, place: str) -> object:
    answer = ask(cached.tilekeep.url + path_of(layer, place))
    return answer.pixels().convert("RGB").getpixel((9, 9)) if answer.status == 200 else None


def wait_for(cached: Cached, layer: str, place: str, color: tuple[int, int, int]) -> None:
    """Until the tile has that colour; a test that waits in vain ends by its time limit."""
    while color_of(cached, layer, place) != color:
        time.sleep(0.02)


def test_the_old_tile_comes_while_the_source_takes_its_time(stale: Cached) -> None:
    answers = [ask(stale.tilekeep.url + path_of("quick", "2/0/0")) for _ in range(6)]

    assert {answer.pixels().convert("RGB").getpixel((9, 9)) for answer in answers} == {OLD}
    assert {answer.cache_control for answer in answers} == {SHORT}
    stale.upstream.may_send.set()
    wait_for(stale, "quick", "2/0/0", NEW)
    assert len(stale.upstream.server.requests) == 1, "once for all clients and processes"


def test_a_crowd_causes_one_request(stale: Cached) -> None:
    places = ["2/2/2", "2/2/2", "2/3/2", "2/2/3", "2/3/3"] * 8
    with ThreadPoolExecutor(16) as crowd:
        colors = set(crowd.map(lambda place: color_of(stale, "quick", place), places))

    assert colors == {OLD}
    stale.upstream.may_send.set()
    wait_for(stale, "quick", "2/2/2", NEW)
    assert len(stale.upstream.server.requests) == 1


def test_maps_are_made_of_old_tiles_meanwhile(stale: Cached) -> None:
    box = "-20037508.34,0,0,20037508.34"
    query = f"service=WMS&version=1.1.1&request=GetMap&styles=&srs=EPSG:3857&bbox={box}&width=256&height=256"
    answer = ask(f"{stale.tilekeep.url}/service?{query}&layers=quick&format=image/png")

    assert answer.pixels().convert("RGB").getpixel((128, 128)) == OLD
    assert answer.cache_control == SHORT


def test_with_a_deadline_a_quick_source_gives_the_new_tile(stale: Cached) -> None:
    stale.upstream.may_send.set()

    assert color_of(stale, "patient", "2/0/0") == NEW


def test_with_a_deadline_a_slow_source_gives_the_old_tile_and_then_the_new_one(stale: Cached) -> None:
    assert color_of(stale, "patient", "2/0/0") == OLD

    stale.upstream.may_send.set()
    wait_for(stale, "patient", "2/0/0", NEW)


def test_tiles_beyond_max_stale_are_not_shown(stale: Cached) -> None:
    age_tiles(stale.tilekeep.directory, 2.5 * HOUR)
    stale.upstream.may_send.set()

    assert color_of(stale, "strict", "2/0/0") == NEW


def test_a_failing_source_is_not_asked_by_every_request(stale: Cached) -> None:
    stale.upstream.server.on("/wms", Reply(status=503))
    try:
        colors = {color_of(stale, "quick", "3/0/0") for _ in range(20)}
    finally:
        requests = len(stale.upstream.server.requests)
        stale.upstream.server.on("/wms", stale.upstream.draw)

    assert colors == {OLD}
    assert requests <= 2

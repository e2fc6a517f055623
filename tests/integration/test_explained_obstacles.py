"""``tilekeep explain`` says what a request would meet: locks, failures, and servers that are left alone."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app

CONFIG = """
services: {{tms: }}
globals: {{cache: {{meta_size: [2, 2], failure_seconds: 60}}}}
layers:
  - {{name: map, title: Map, sources: [map]}}
  - {{name: quick, title: Shown at once, sources: [quick]}}
  - {{name: laid, title: Of the map and another, sources: [laid]}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
  quick:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
    refresh_before: {{hours: 1}}
    refresh: {{mode: background, max_stale: 1d}}
  laid: {{grids: [GLOBAL_WEBMERCATOR], sources: [map, mirrored]}}
sources:
  wms:
    type: wms
    req: {{url: "http://user:hunter2@{host}/wms", layers: all}}
    concurrent_requests: 4
    http: {{requests_per_second: 20, breaker: {{failures: 2, seconds: 600}}}}
  mirrored:
    type: wms
    req: {{url: "http://one.example/wms", layers: all}}
    mirrors: ["http://two.example/wms"]
"""


class Place:
    """A configuration, the application in this process, and the server that it asks."""

    def __init__(self, directory: Path, upstream: UpstreamServer) -> None:
        self.directory, self.upstream = directory, upstream
        config = directory / "mapproxy.yaml"
        config.write_text(CONFIG.format(host=upstream.host))
        self._client = Client(make_wsgi_app(str(config)))

    def ask(self, place: str, layer: str = "map") -> int:
        return self._client.get(f"/tiles/{layer}/EPSG3857/{place}.png").status_code

    def explained(self, place: str, layer: str = "map") -> dict[str, Any]:
        done = tilekeep_command("explain", f"/tiles/{layer}/EPSG3857/{place}.png", "--json", directory=self.directory)
        assert done.returncode == 0, done.stderr
        assert "hunter2" not in done.stdout
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts

    def told(self, place: str) -> str:
        done = tilekeep_command("explain", f"/tiles/map/EPSG3857/{place}.png", directory=self.directory)
        assert "hunter2" not in done.stdout
        return done.stdout


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        yield Place(tmp_path, upstream)


def test_nothing_is_in_the_way_and_nothing_is_made_by_looking(place: Place) -> None:
    before = sorted(place.directory.rglob("*"))

    facts = place.explained("3/1/1")

    assert (facts["lock"], facts["failure"]) == ("free", None)
    assert facts["servers"] == [
        {
            "server": place.upstream.host,
            "reason": None,
            "not asked for": 0.0,
            "breaker": "closed",
            "failures": 0,
            "admitted": 0,
            "limits": {
                "concurrent requests": 4,
                "requests per second": 20.0,
                "breaker": {"failures": 2, "seconds": 600.0},
            },
        }
    ]
    assert sorted(place.directory.rglob("*")) == before
    assert place.upstream.requests == []


def test_a_lock_that_is_held_is_told(place: Place) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slowly(request: Received) -> Reply:
        asked.set()
        may_answer.wait(60)
        return draw_wms(request)

    place.upstream.on("/wms", slowly)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(place.ask, "3/1/1")
        asked.wait(20)
        during, elsewhere = place.explained("3/0/0"), place.explained("3/4/4")
        may_answer.set()

    assert answer.result() == 200
    assert during["lock"].startswith("held: ")
    assert elsewhere["lock"] == "free"


def test_a_failure_that_is_remembered_is_told_with_its_time(place: Place) -> None:
    place.upstream.on("/wms", Reply(404))
    place.ask("3/1/1")

    failed, other, text = place.explained("3/0/0"), place.explained("3/4/4"), place.told("3/0/0")

    assert failed["failure"]["message"]
    assert 0 < failed["failure"]["not asked again for"] <= 60
    assert other["failure"] is None
    assert "\nfailure     message=" in text


def test_a_server_that_asked_to_be_left_alone_is_told(place: Place) -> None:
    place.upstream.on("/wms", Reply(429, headers={"Retry-After": "300"}))
    place.ask("3/1/1")

    (server,) = place.explained("3/4/4")["servers"]

    assert server["reason"] == "it asked to be left alone"
    assert 200 < server["not asked for"] <= 300
    assert (server["breaker"], server["failures"]) == ("closed", 0)
    assert f"\nserver      {place.upstream.host}: not asked for " in place.told("3/4/4")


def test_an_open_breaker_is_told(place: Place) -> None:
    place.upstream.on("/wms", Reply(500))
    place.ask("3/1/1")
    place.ask("3/4/4")

    (server,) = place.explained("3/2/2")["servers"]
    text = place.told("3/2/2")

    assert (server["breaker"], server["failures"]) == ("open", 2)
    assert server["reason"] == "2 requests in a row have failed"
    assert 500 < server["not asked for"] <= 600
    assert "breaker open, failures in a row: 2; opens after 2 failures in a row for 600 s" in text
    assert "at most 4 requests at a time" in text
    assert "at most 20 requests per second" in text


def test_servers_of_caches_below_and_mirrors_are_told(place: Place) -> None:
    servers = [server["server"] for server in place.explained("3/1/1", layer="laid")["servers"]]

    assert servers == [place.upstream.host, "one.example", "two.example"]


def test_a_stale_tile_that_is_shown_at_once_is_told_with_the_time_that_is_left(place: Place) -> None:
    assert place.ask("3/4/2", "quick") == 200
    for tile in place.directory.glob("cache_data/quick_*/**/*.png"):
        os.utime(tile, (time.time() - 7200, time.time() - 7200))

    facts = place.explained("3/4/2", "quick")

    assert facts["verdict"] == "stale: delivered as it is, and made anew meanwhile"
    assert 81000 < facts["shown for"] <= 82800
    assert facts["lock"] == "free"


def test_a_stored_tile_meets_nothing(place: Place) -> None:
    place.ask("3/1/1")

    facts = place.explained("3/1/1")

    assert (facts["lock"], facts["failure"], facts["servers"]) == (None, None, [])

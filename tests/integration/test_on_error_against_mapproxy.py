"""Images that stand for what a server does not give: the same as of MapProxy 7.0.0 (spec/sources.md, 9)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import plain
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

# Tiles older than the file "marker" are stale.
CONFIG = """
services: {{tms: , wms: }}
layers:
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: stored, title: Stored tiles, sources: [stored]}}
  - {{name: maps, title: Tiles of maps, sources: [maps]}}
  - {{name: single, title: Single tiles of maps, sources: [single]}}
  - {{name: clipped, title: Tiles of a clipped source, sources: [clipped]}}
  - {{name: direct, title: Maps, sources: [direct]}}
  - {{name: old_single, title: Old single tiles, sources: [old_single]}}
  - {{name: old_meta, title: Old meta tiles, sources: [old_meta]}}
caches:
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], image: {{transparent: true}}}}
  stored: {{grids: [GLOBAL_WEBMERCATOR], sources: [stored], image: {{transparent: true}}}}
  maps: {{grids: [GLOBAL_WEBMERCATOR], sources: [maps]}}
  single: {{grids: [GLOBAL_WEBMERCATOR], sources: [maps], meta_size: [1, 1], meta_buffer: 0}}
  clipped: {{grids: [GLOBAL_WEBMERCATOR], sources: [clipped], image: {{transparent: true}}}}
  old_single:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [old]
    meta_size: [1, 1]
    meta_buffer: 0
    refresh_before: {{mtime: ./marker}}
  old_meta: {{grids: [GLOBAL_WEBMERCATOR], sources: [old], refresh_before: {{mtime: ./marker}}}}
globals: {{cache: {{failure_seconds: 0}}}}
sources:
  tiles:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "{url}/%(z)s/%(x)s.png"
    on_error:
      404: {{response: transparent}}
      204: {{response: [255, 0, 0]}}
      500: {{response: [0, 0, 255, 100]}}
      other: {{response: '#00ff00'}}
  stored:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "{url}/%(z)s/%(x)s.png"
    on_error: {{404: {{response: [10, 20, 30, 40], cache: true}}}}
  maps:
    type: wms
    req: {{url: "{url}/maps", layers: a}}
    on_error: {{404: {{response: '#102030'}}, 500: {{response: [1, 2, 3, 4], cache: true}}}}
  clipped:
    type: wms
    req: {{url: "{url}/maps", layers: a}}
    coverage: {{bbox: [-10, -60, 60, 60], srs: 'EPSG:4326', clip: true}}
    on_error: {{404: {{response: [200, 0, 0], cache: true}}}}
  direct:
    type: wms
    req: {{url: "{url}/maps", layers: a}}
    on_error: {{404: {{response: '#102030'}}, 500: {{response: [1, 2, 3, 4]}}}}
  old:
    type: wms
    req: {{url: "{url}/maps", layers: a}}
    on_error: {{404: {{response: [200, 0, 0], cache: true, authorize_stale: true}}}}
"""

#: Column of a tile at level 9 -> what the server of tiles answers.
TILES = {
    0: Reply(404),
    1: Reply(204),
    2: Reply(500),
    3: Reply(503),
    4: Reply(403),
    5: Reply(no_answer=True),
    6: Reply(body=b"<html/>", headers={"Content-Type": "text/html"}),
    7: image_reply(plain((256, 256))),
}
HOUR = 3600.0


class Programs(NamedTuple):
    """Both programs over one server that answers as a test tells it."""

    upstream: UpstreamServer
    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        with ThreadPoolExecutor(1) as thread:
            theirs = thread.submit(ask, self.reference.url + path)
            ours = ask(self.ours.url + path)
            return theirs.result(), ours

    def stored(self, cache: str) -> tuple[list[str], list[str]]:
        """The files that each has stored, below the directory of the cache."""
        theirs, ours = (
            sorted(
                str(path.relative_to(server.directory))
                for path in server.directory.glob(f"cache_data/{cache}_*/**/*.png")
            )
            for server in (self.reference, self.ours)
        )
        return theirs, ours

    def make_stale(self) -> None:
        """All tiles stored so far are an hour old, and what is older than half an hour is stale."""
        now = time.time()
        for server in (self.reference, self.ours):
            for tile in server.directory.glob("cache_data/*_EPSG3857/**/*.png"):
                os.utime(tile, (now - HOUR, now - HOUR))
            os.utime(server.directory / "marker", (now - HOUR / 2, now - HOUR / 2))


def _good_map(request: Received) -> Reply:
    asked = request.parameters
    return image_reply(plain((int(asked["width"]), int(asked["height"]))))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with UpstreamServer() as upstream, ExitStack() as stack:
        for column, reply in TILES.items():
            upstream.on(f"/9/{column}.png", reply)
        config = CONFIG.format(url=upstream.url)
        servers = []
        for start in (mapproxy, tilekeep):
            directory = tmp_path_factory.mktemp(start.__name__)
            (directory / "marker").write_text("")
            os.utime(directory / "marker", (0, 0))
            servers.append(stack.enter_context(start(directory, config, workers=1)))
        yield Programs(upstream, *servers)


@pytest.mark.parametrize("column", TILES)
def test_tiles_of_a_tile_server_have_the_same_pixels(programs: Programs, column: int) -> None:
    theirs, ours = programs.ask(f"/tiles/tiles/EPSG3857/9/{column}/9.png")

    assert (theirs.status, ours.status) == (200, 200), ours.body
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()


def test_images_of_errors_are_stored_only_where_that_is_wanted(programs: Programs) -> None:
    for cache in ("tiles", "stored"):
        programs.ask(f"/tiles/{cache}/EPSG3857/9/0/20.png")

    theirs, ours = programs.stored("stored")
    assert [name for name in ours if "020" in name.rpartition("/")[2]] != []
    assert [name for name in theirs if "020" in name] == [name for name in ours if "020" in name]
    assert [name for names in programs.stored("tiles") for name in names if "/020" in name] == []


@pytest.mark.parametrize(
    ("cache", "status", "place"),
    [("maps", 404, "2/1/1"), ("maps", 500, "2/1/1"), ("single", 404, "2/1/1"), ("clipped", 404, "2/2/1")],
)
def test_tiles_of_maps_have_the_same_pixels(programs: Programs, cache: str, status: int, place: str) -> None:
    programs.upstream.on("/maps", Reply(status))

    theirs, ours = programs.ask(f"/tiles/{cache}/EPSG3857/{place}.png")

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("transparent", ["true", "false"])
def test_maps_have_the_same_pixels(programs: Programs, status: int, transparent: str) -> None:
    programs.upstream.on("/maps", Reply(status))

    theirs, ours = programs.ask(
        "/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=direct&STYLES=&SRS=EPSG:3857"
        f"&BBOX=0,0,1000000,1000000&WIDTH=200&HEIGHT=200&FORMAT=image/png&TRANSPARENT={transparent}"
    )

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()
    assert "no-store" in ours.cache_control


def test_an_exception_of_a_map_server_is_no_failure_that_an_image_stands_for(programs: Programs) -> None:
    document = b"<ServiceExceptionReport/>"
    programs.upstream.on("/maps", Reply(body=document, headers={"Content-Type": "application/vnd.ogc.se_xml"}))

    theirs, ours = programs.ask("/tiles/maps/EPSG3857/5/1/1.png")

    assert (theirs.status, ours.status) == (500, 500)


def test_an_old_tile_is_better_where_that_is_authorised(programs: Programs) -> None:
    path = "/tiles/old_single/EPSG3857/6/1/1.png"
    programs.upstream.on("/maps", _good_map)
    good = programs.ask(path)
    programs.make_stale()
    programs.upstream.on("/maps", Reply(404))

    answers = programs.ask(path)
    never_stored = programs.ask("/tiles/old_single/EPSG3857/6/9/9.png")

    for before, after, other in zip(good, answers, never_stored, strict=True):
        assert (before.status, after.status, other.status) == (200, 200, 200)
        assert before.body == after.body
        assert other.pixels().getpixel((9, 9)) == (200, 0, 0, 255)


class TestDeviations:
    """Where answers differ on purpose."""

    def test_old_tiles_are_better_with_meta_tiles_too(self, programs: Programs) -> None:
        """The reference delivers the image of the error, and has stored it in the place of all tiles."""
        path = "/tiles/old_meta/EPSG3857/6/1/1.png"
        programs.upstream.on("/maps", _good_map)
        _, good = programs.ask(path)
        programs.make_stale()
        programs.upstream.on("/maps", Reply(404))

        theirs, ours = programs.ask(path)

        assert theirs.pixels().getpixel((9, 9)) == (200, 0, 0, 255)
        assert (ours.status, ours.body) == (200, good.body)
        assert ours.cache_control == "public, max-age=1, s-maxage=1"
        assert ask(programs.ours.url + path).body == good.body

    def test_what_is_not_stored_is_for_nobody_to_keep(self, programs: Programs) -> None:
        programs.upstream.on("/maps", Reply(404))

        theirs, ours = programs.ask("/tiles/maps/EPSG3857/7/1/1.png")

        assert "max-age" in theirs.cache_control
        assert "no-store" in ours.cache_control

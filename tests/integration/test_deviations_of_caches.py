"""Caches side by side with MapProxy 7.0.0 where its behaviour is odd: what Tilekeep keeps of it, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms, encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

CONFIG = """
services: {{tms: }}
layers:
  - {{name: seeded, title: Several sources for seeding, sources: [seeded]}}
  - {{name: blank, title: Several sources with nothing to show, sources: [blank]}}
  - {{name: fallback, title: The server has another format, sources: [fallback]}}
  - {{name: grey, title: One shade of grey, sources: [grey]}}
  - {{name: stored, title: What another program left, sources: [stored]}}
caches:
  seeded: {{grids: [GLOBAL_WEBMERCATOR], sources: [seed_a, seed_b]}}
  blank: {{grids: [GLOBAL_WEBMERCATOR], sources: [coarse_a, coarse_b]}}
  fallback: {{grids: [GLOBAL_WEBMERCATOR], sources: [jpeg_only], meta_size: [1, 1], meta_buffer: 0}}
  grey: {{grids: [GLOBAL_WEBMERCATOR], sources: [grey], image: {{mode: L, colors: 0}}, link_single_color_images: true}}
  stored: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], cache: {{type: file, directory_layout: tms}}}}
sources:
  map: {{type: wms, req: {{url: "{url}/wms", layers: a}}}}
  seed_a: {{type: wms, seed_only: true, req: {{url: "{url}/wms", layers: a}}}}
  seed_b: {{type: wms, seed_only: true, req: {{url: "{url}/wms", layers: b}}}}
  coarse_a: {{type: wms, max_res: 100000, req: {{url: "{url}/wms", layers: a}}}}
  coarse_b: {{type: wms, max_res: 100000, req: {{url: "{url}/wms", layers: b}}}}
  jpeg_only: {{type: wms, supported_formats: [image/jpeg], req: {{url: "{url}/wms", layers: a}}}}
  grey: {{type: wms, image: {{mode: L, colors: 0}}, req: {{url: "{url}/grey", layers: a}}}}
"""


class Sides(NamedTuple):
    """Both programs on one upstream, each with a cache of its own."""

    upstream: UpstreamServer
    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        return ask(self.reference.url + path), ask(self.ours.url + path)

    def stored(self, layer: str) -> tuple[set[str], set[str]]:
        """The tiles that lie in the cache of each, below its directory."""
        return _tiles(self.reference, layer), _tiles(self.ours, layer)


def _tiles(server: Server, layer: str) -> set[str]:
    directory = _directory(server, layer)
    return {str(path.relative_to(directory)) for path in directory.rglob("*.png")}


def _directory(server: Server, layer: str) -> Path:
    return server.directory / "cache_data" / f"{layer}_EPSG3857"


def _grey(request: Received) -> Reply:
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    return Reply(body=encoded(Image.new("L", size, 0x77), "PNG"), headers={"Content-Type": "image/png"})


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with ExitStack() as stack:
        upstream = stack.enter_context(UpstreamServer())
        upstream.on("/wms", draw_wms)
        upstream.on("/grey", _grey)
        config = CONFIG.format(url=upstream.url)
        reference = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield Sides(upstream, reference, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config)))


def test_several_sources_for_seeding_store_nothing_while_serving(sides: Sides) -> None:
    theirs, ours = sides.ask("/tms/1.0.0/seeded/EPSG3857/1/0/0.png")

    assert (theirs.status, ours.status) == (200, 200)
    their_tiles, our_tiles = sides.stored("seeded")
    assert their_tiles != set()
    assert our_tiles == set()


def test_several_blank_sources_are_an_empty_tile_that_is_stored(sides: Sides) -> None:
    theirs, ours = sides.ask("/tms/1.0.0/blank/EPSG3857/1/0/0.png")

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()
    their_tiles, our_tiles = sides.stored("blank")
    assert their_tiles == our_tiles != set()


def test_a_single_map_in_the_format_that_the_server_has_is_stored_as_it_is(sides: Sides) -> None:
    theirs, ours = sides.ask("/tms/1.0.0/fallback/EPSG3857/1/0/0.png")

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.body == ours.body
    assert ours.image().format == "JPEG"
    assert (theirs.media_type, ours.media_type) == ("image/png", "image/jpeg")


def test_tiles_of_one_band_are_linked_by_their_grey(sides: Sides) -> None:
    theirs, ours = sides.ask("/tms/1.0.0/grey/EPSG3857/1/0/0.png")

    assert (theirs.status, ours.status) == (500, 200)
    assert ours.pixels().getcolors() == [(256 * 256, (0x77, 0x77, 0x77, 255))]
    assert "single_color_tiles/777777.png" in sides.stored("grey")[1]


def test_an_empty_file_is_no_tile(sides: Sides) -> None:
    for server in (sides.reference, sides.ours):
        path = _directory(server, "stored") / "2/1/1.png"
        path.parent.mkdir(parents=True)
        path.touch()

    theirs, ours = sides.ask("/tiles/stored/EPSG3857/2/1/1.png")

    assert (theirs.status, theirs.body) == (200, b"")
    assert (ours.status, ours.image().size) == (200, (256, 256))

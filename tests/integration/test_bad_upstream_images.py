"""An answer that is no usable map never gets into a cache and never reaches a client as one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.bad_images import BAD_ANSWERS
from tests.integration.support.drawing import draw_tile, draw_wms, plain
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

# All tiles are stale at once; what failed may be tried again at once.
CONFIG = """
services: {{tms: , wmts: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers:
  - {{name: meta, title: Meta tiles, sources: [meta]}}
  - {{name: single, title: Single maps, sources: [single]}}
  - {{name: merged, title: Merged, sources: [merged]}}
  - {{name: jpeg, title: JPEG, sources: [jpeg]}}
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: bulk, title: Tiles in blocks, sources: [bulk]}}
caches:
  meta: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], {stale}}}
  single: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [1, 1], meta_buffer: 0, {stale}}}
  merged: {{grids: [GLOBAL_WEBMERCATOR], sources: [good, wms], {stale}}}
  jpeg: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], format: image/jpeg, {stale}}}
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], {stale}}}
  bulk: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], bulk_meta_tiles: true, meta_size: [2, 2], {stale}}}
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
  good: {{type: wms, req: {{url: "{url}/good", layers: all}}}}
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{url}/tiles?at=%(tms_path)s.png"}}
"""
LAYERS = {"meta": "png", "single": "png", "merged": "png", "jpeg": "jpeg", "tiles": "png", "bulk": "png"}
LEVEL = 9


class Service(NamedTuple):
    """Tilekeep and its upstream, which answers all requests for maps and tiles alike."""

    upstream: UpstreamServer
    server: Server

    def answer_with(self, reply: Callable[[tuple[int, int]], Reply]) -> None:
        """Lets the upstream answer so from now on, and counts anew."""

        def scripted(request: Received) -> Reply:
            asked = request.parameters
            return reply((int(asked.get("width", 256)), int(asked.get("height", 256))))

        self.upstream.on("/wms", scripted)
        self.upstream.on("/tiles", scripted)
        self.upstream.forget()

    def recover(self) -> None:
        """Lets the upstream answer with good images."""
        self.upstream.on("/wms", draw_wms)
        self.upstream.on("/tiles", lambda request: draw_tile(_named_in_path(request)))

    def stored(self, layer: str) -> dict[Path, tuple[float, bytes]]:
        """All tiles of a layer, with the times they were stored at."""
        files = (self.server.directory / f"cache_data/{layer}_EPSG3857").rglob(f"*.{LAYERS[layer]}")
        return {path: (path.stat().st_mtime, path.read_bytes()) for path in files}


def _named_in_path(request: Received) -> Received:
    """A request for a tile that names it in the query, as one that names it in the path."""
    return Received(request.method, f"/{request.parameters['at']}", request.headers, request.body, request.connection)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("bad-images")
    with UpstreamServer() as upstream:
        upstream.on("/good", draw_wms)
        config = CONFIG.format(url=upstream.url, stale="refresh_before: {mtime: ./marker}")
        (directory / "marker").write_text("")
        os.utime(directory / "marker", (0, 0))
        with tilekeep(directory, config) as server:
            yield Service(upstream, server)


@pytest.fixture
def place() -> str:
    """Level, column and row of a block that no other test asks for."""
    return f"{LEVEL}/{next(_columns) * 4}/8"


_columns = iter(range(2**LEVEL // 4))


@pytest.mark.parametrize("bad", BAD_ANSWERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_neither_stored_nor_delivered(service: Service, place: str, layer: str, bad: str) -> None:
    service.answer_with(BAD_ANSWERS[bad])
    before = service.stored(layer)

    answer = ask(f"{service.server.url}/tms/1.0.0/{layer}/EPSG3857/{_tms(place)}.{LAYERS[layer]}")

    assert service.upstream.requests != []
    assert (answer.status, answer.media_type) == (500, "text/xml")
    assert "no-store" in answer.cache_control
    assert service.stored(layer) == before


@pytest.mark.parametrize("bad", BAD_ANSWERS)
@pytest.mark.parametrize("layer", ["meta", "tiles"])
def test_the_old_tile_survives_and_is_the_answer(service: Service, place: str, layer: str, bad: str) -> None:
    service.recover()
    path = f"{service.server.url}/tiles/{layer}/EPSG3857/{place}.png"
    good = ask(path)
    with _everything_stale(service):
        before = service.stored(layer)
        service.answer_with(BAD_ANSWERS[bad])

        answer = ask(path)

        assert service.stored(layer) == before
    assert service.upstream.requests != []
    assert (good.status, answer.status) == (200, 200)
    assert answer.body == good.body
    assert answer.cache_control == "public, max-age=1, s-maxage=1"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_good_answer_after_bad_ones_is_stored(service: Service, place: str, layer: str) -> None:
    path = f"{service.server.url}/tiles/{layer}/EPSG3857/{place}.{LAYERS[layer]}"
    service.answer_with(BAD_ANSWERS["HTML"])
    bad = ask(path)
    before = service.stored(layer)

    service.recover()
    answer = ask(path)

    assert (bad.status, answer.status) == (500, 200)
    assert len(service.stored(layer)) > len(before)


@pytest.mark.parametrize(
    ("image_format", "media_type"), [("GIF", "image/gif"), ("TIFF", "image/tiff"), ("JPEG", "image/jpeg")]
)
def test_a_tile_in_another_real_format_is_kept_and_called_what_it_is(
    service: Service, place: str, image_format: str, media_type: str
) -> None:
    body = plain((256, 256), image_format)
    service.answer_with(lambda _: Reply(body=body, headers={"Content-Type": "image/png"}))

    answer = ask(f"{service.server.url}/tiles/tiles/EPSG3857/{place}.png")

    assert (answer.status, answer.media_type, answer.body) == (200, media_type, body)


@pytest.mark.parametrize("image_format", ["GIF", "TIFF", "JPEG"])
def test_a_map_in_another_real_format_is_cut_and_encoded_like_any_other(
    service: Service, place: str, image_format: str
) -> None:
    service.answer_with(lambda size: Reply(body=plain(size, image_format), headers={"Content-Type": "image/png"}))

    answer = ask(f"{service.server.url}/tiles/meta/EPSG3857/{place}.png")

    assert (answer.status, answer.media_type) == (200, "image/png")
    assert answer.image().format == "PNG"
    assert len(answer.pixels().getcolors() or []) == 1


def test_a_larger_tile_of_a_tile_source_is_accepted_if_it_is_a_multiple(service: Service, place: str) -> None:
    body = plain((512, 512))
    service.answer_with(lambda _: Reply(body=body, headers={"Content-Type": "image/png"}))

    answer = ask(f"{service.server.url}/tiles/tiles/EPSG3857/{place}.png")

    assert (answer.status, answer.body) == (200, body)


@contextmanager
def _everything_stale(service: Service) -> Iterator[None]:
    """Tiles are stale when they are older than the marker."""
    marker = service.server.directory / "marker"
    later = time.time() + 3600
    os.utime(marker, (later, later))
    try:
        yield
    finally:
        os.utime(marker, (0, 0))


def _tms(place: str) -> str:
    """A tile of the grid in the numbering of TMS."""
    level, column, row = map(int, place.split("/"))
    return f"{level - 1}/{column}/{2**level - 1 - row}"

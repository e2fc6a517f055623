"""Debug sources write on maps and tiles what MapProxy 7.0.0 writes on them, where it does, in another font."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from PIL import Image, ImageChops

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

CONFIG = """
services: {{tms: {{use_grid_names: true}}, wms: {{srs: ['EPSG:4326', 'EPSG:3857'], image_formats: [image/png]}}}}
layers:
  - {{name: boxes, title: Boxes, sources: [boxes]}}
  - {{name: both, title: Map with boxes, sources: [map, boxes]}}
  - {{name: tiles, title: Boxes of tiles, sources: [tiles]}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [boxes]}}
sources:
  wms: {{type: wms, req: {{url: '{url}/wms', layers: all}}}}
  boxes: {{type: debug}}
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        upstream = stack.enter_context(UpstreamServer())
        upstream.on("/wms", draw_wms)
        config = CONFIG.format(url=upstream.url)
        theirs = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield theirs, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config))


def _map(layer: str, transparent: bool) -> str:
    return (
        f"/service?service=WMS&version=1.1.1&request=GetMap&layers={layer}&styles=&srs=EPSG:4326&format=image/png"
        f"&bbox=-10.5,-20.25,30.125,20&width=400&height=300&transparent={transparent}"
    )


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(_map("boxes", transparent=True), id="map"),
        pytest.param(_map("boxes", transparent=False), id="map on white"),
        pytest.param("/tms/1.0.0/tiles/GLOBAL_WEBMERCATOR/2/3/1.png", id="tile"),
    ],
)
def test_boxes_are_written_in_the_same_corner(pair: tuple[Server, Server], path: str) -> None:
    theirs, ours = (ask(server.url + path) for server in pair)

    assert (theirs.status, ours.status) == (200, 200)
    assert all(abs(here - there) <= 3 for here, there in zip(_edges(ours), _edges(theirs), strict=True))


def _edges(answer: Answer) -> tuple[int, int, int]:
    left, top, _, bottom = _ink(answer)
    return left, top, bottom


def _ink(answer: Answer) -> tuple[int, int, int, int]:
    """The box around what is written."""
    white = Image.new("RGBA", answer.pixels().size, "white")
    found = ImageChops.invert(Image.alpha_composite(white, answer.pixels()).convert("L")).getbbox()
    assert found is not None
    return found


def test_layers_with_boxes_have_the_tiles_of_their_cache(pair: tuple[Server, Server]) -> None:
    theirs, ours = (ask(f"{server.url}/tms/1.0.0/both/GLOBAL_WEBMERCATOR/2/3/1.png") for server in pair)

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()

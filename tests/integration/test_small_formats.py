"""WebP and AVIF from the upstream's PNG to every service, WebP side by side with MapProxy 7.0.0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from PIL import ImageChops, ImageStat

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.capabilities import wmts_capabilities
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

CONFIG = """
services:
  tms:
  wmts:
  wms: {{image_formats: [image/png, image/webp, image/avif], srs: ['EPSG:3857']}}
globals: {{image: {{paletted: false}}}}
layers:
  - {{name: webp, title: WebP, sources: [webp]}}
  - {{name: avif, title: AVIF, sources: [avif]}}
caches:
  webp: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], format: image/webp, request_format: image/png}}
  avif: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], format: image/avif, request_format: image/png}}
sources:
  map: {{type: wms, req: {{url: "{url}/wms", layers: a}}}}
"""


class Sides(NamedTuple):
    """Both programs on one upstream, each with a cache of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        return ask(self.reference.url + path), ask(self.ours.url + path)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with ExitStack() as stack:
        upstream = stack.enter_context(UpstreamServer())
        upstream.on("/wms", draw_wms)
        config = CONFIG.format(url=upstream.url)
        reference = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield Sides(reference, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config, workers=1)))


@pytest.mark.parametrize("tile", ["0/0/0", "3/2/5"])
def test_webp_tiles_have_the_bytes_that_mapproxy_gives_them(sides: Sides, tile: str) -> None:
    theirs, ours = sides.ask(f"/tiles/webp/EPSG3857/{tile}.webp")

    assert (ours.status, ours.media_type) == (theirs.status, theirs.media_type) == (200, "image/webp")
    assert ours.body == theirs.body


WMTS_TILE = "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=&TILEMATRIXSET=GLOBAL_WEBMERCATOR&TILEMATRIX=2"
MAP = "SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&STYLES=&SRS=EPSG:3857&BBOX=-5e6,-5e6,9e6,9e6&WIDTH=200&HEIGHT=200"

PATHS = {
    "TMS": "/tms/1.0.0/{0}/EPSG3857/2/1/1.{0}",
    "tiles": "/tiles/{0}/EPSG3857/2/1/2.{0}",
    "WMTS by path": "/wmts/{0}/GLOBAL_WEBMERCATOR/2/1/2.{0}",
    "WMTS by parameters": f"/service?{WMTS_TILE}&TILEROW=1&TILECOL=2&LAYER={{0}}&FORMAT=image/{{0}}",
    "WMS": f"/service?{MAP}&LAYERS={{0}}&FORMAT=image/{{0}}",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("name", ["webp", "avif"])
def test_every_service_delivers_it(sides: Sides, name: str, path: str) -> None:
    answer = ask(sides.ours.url + path.format(name))

    assert (answer.status, answer.media_type) == (200, f"image/{name}")
    assert answer.image().format == name.upper()


@pytest.mark.parametrize(("name", "other"), [("webp", "avif"), ("avif", "webp")])
def test_tiles_lie_under_their_own_extension_and_show_what_the_upstream_draws(
    sides: Sides, name: str, other: str
) -> None:
    answer = ask(f"{sides.ours.url}/tiles/{name}/EPSG3857/3/2/5.{name}")

    stored = (sides.ours.directory / f"cache_data/{name}_EPSG3857").rglob(f"*.{name}")
    assert answer.body in [path.read_bytes() for path in stored]
    compared = ask(f"{sides.ours.url}/tiles/{other}/EPSG3857/3/2/5.{other}")
    assert max(ImageStat.Stat(ImageChops.difference(answer.pixels(), compared.pixels())).mean) < 6


def test_documents_name_both_formats(sides: Sides) -> None:
    url = sides.ours.url
    layers = wmts_capabilities(ask(url + "/wmts/1.0.0/WMTSCapabilities.xml").body, url).layers
    wms = ask(url + "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0").body
    tms = ask(url + "/tms/1.0.0/avif/EPSG3857").body

    assert {name: layer.formats for name, layer in layers.items()} == {"webp": ["image/webp"], "avif": ["image/avif"]}
    assert b"<Format>image/webp</Format>" in wms
    assert b"<Format>image/avif</Format>" in wms
    assert b'mime-type="image/avif"' in tms
    assert b'extension="avif"' in tms

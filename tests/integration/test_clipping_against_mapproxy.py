"""Clipped coverages cut off the pixels that MapProxy 7.0.0 cuts off."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask

CONFIG = """
services: {{tms: }}
layers:
  - {{name: source, title: Clipped source, sources: [source]}}
  - {{name: opaque_source, title: Clipped source of an opaque cache, sources: [opaque_source]}}
  - {{name: merged, title: Clipped source over another, sources: [merged]}}
  - {{name: cache, title: Clipped cache, sources: [cache]}}
  - {{name: true_colour, title: Clipped cache in true colour, sources: [true_colour]}}
  - {{name: opaque_cache, title: Clipped cache without transparency, sources: [opaque_cache]}}
  - {{name: jpeg, title: Clipped cache of JPEG, sources: [jpeg]}}
  - {{name: mixed, title: Clipped cache of both, sources: [mixed]}}
  - {{name: box, title: Cache clipped by a box, sources: [box]}}
caches:
  source: {{grids: [GLOBAL_WEBMERCATOR], sources: [clipped], image: {{transparent: true, colors: 0}}}}
  opaque_source: {{grids: [GLOBAL_WEBMERCATOR], sources: [clipped]}}
  merged: {{grids: [GLOBAL_WEBMERCATOR], sources: [photo, clipped]}}
  cache: &clipped
    grids: [GLOBAL_WEBMERCATOR]
    sources: [photo]
    image: {{transparent: true}}
    cache:
      type: file
      coverage: {{datasource: area.wkt, srs: 'EPSG:3857', clip: true}}
  true_colour: {{<<: *clipped, image: {{transparent: true, colors: 0}}}}
  opaque_cache: {{<<: *clipped, image: {{}}}}
  jpeg: {{<<: *clipped, format: image/jpeg, image: {{}}}}
  mixed: {{<<: *clipped, format: mixed, request_format: image/png}}
  box:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [photo]
    image: {{transparent: true, colors: 0}}
    cache: {{type: file, coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326', clip: true}}}}
sources:
  photo: {{type: wms, req: {{url: "{wms}", layers: photo}}, image: {{colors: 0}}}}
  clipped:
    type: wms
    req: {{url: "{wms}", layers: photo, transparent: true}}
    coverage: {{datasource: area.wkt, srs: 'EPSG:3857', clip: true}}
"""

#: A ring with a bay, and an island, over Europe.
AREA = (
    "POLYGON((0 5000000, 3000000 4700000, 3100000 8000000, 1600000 6500000, 100000 8100000, 0 5000000), "
    "(900000 5500000, 1500000 5600000, 1300000 6100000, 900000 5500000))\n"
    "POLYGON((-900000 6000000, -500000 6100000, -700000 6900000, -900000 6000000))\n"
)

TILES = [
    "0/0/0",
    "2/2/1",
    "3/4/2",
    "4/8/5",
    "4/7/5",
    "5/16/11",
    "5/17/10",
    "6/34/21",
    "6/32/21",
    "6/30/20",
    "7/70/44",
    "2/0/0",
]
LAYERS = {
    "source": "png",
    "opaque_source": "png",
    "merged": "png",
    "cache": "png",
    "true_colour": "png",
    "opaque_cache": "png",
    "jpeg": "jpeg",
    "mixed": "png",
    "box": "png",
}

#: Layers whose pixels are those of the source; palettes and JPEG depend on what else is in a tile.
EXACT = ("source", "true_colour", "box")
ABOUT_THE_SAME = 40


@pytest.fixture(scope="module")
def pair(
    mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server, Path]]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    config = CONFIG.format(wms=mapserver_of_session.fcgi_url)
    folders = [tmp_path_factory.mktemp(name) for name in ("reference", "ours")]
    for folder in folders:
        (folder / "area.wkt").write_text(AREA)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy(folders[0], config))
        yield reference, stack.enter_context(tilekeep(folders[1], config)), folders[1]


def path_of(layer: str, tile: str) -> str:
    return f"/tiles/{layer}/EPSG3857/{tile}.{LAYERS[layer]}?origin=nw"


def difference(theirs: Image.Image, ours: Image.Image, *, beyond: int) -> Image.Image:
    """The pixels of which a band differs by more than ``beyond``, white on black; of invisible ones only the alpha."""
    grounds = [Image.new("RGBA", image.size, (255, 255, 255, 0)) for image in (theirs, ours)]
    for ground, image in zip(grounds, (theirs, ours), strict=True):
        ground.paste(image, mask=image.getchannel("A").point(lambda alpha: 255 if alpha else 0))
    bands = [band.point(lambda by: 255 if by > beyond else 0) for band in ImageChops.difference(*grounds).split()]
    return ImageChops.lighter(ImageChops.lighter(*bands[:2]), ImageChops.lighter(*bands[2:]))


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("layer", LAYERS)
def test_tiles_are_cut_along_the_same_border(pair: tuple[Server, Server, Path], layer: str, tile: str) -> None:
    """Pixels on the border itself may differ: the reference keeps what the area touches, we go by their centres."""
    theirs, ours = (ask(server.url + path_of(layer, tile)) for server in pair[:2])

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    differs = difference(theirs.pixels(), ours.pixels(), beyond=0 if layer in EXACT else ABOUT_THE_SAME)
    assert differs.filter(ImageFilter.MinFilter(3)).getbbox() is None


def test_some_of_them_are_cut_and_some_are_not(pair: tuple[Server, Server, Path]) -> None:
    alphas = [ask(pair[1].url + path_of("true_colour", tile)).pixels().getchannel("A").getextrema() for tile in TILES]

    assert {(0, 0), (0, 255), (255, 255)} == set(alphas)


def test_what_is_stored_is_whole(pair: tuple[Server, Server, Path]) -> None:
    delivered = ask(pair[1].url + path_of("true_colour", "4/8/5")).pixels()
    [stored] = pair[2].glob("cache_data/true_colour_EPSG3857/04/000/000/008/000/000/005.png")

    with Image.open(io.BytesIO(stored.read_bytes())) as image:
        whole = image.convert("RGBA").getchannel("A").getextrema()

    assert delivered.getchannel("A").getextrema() == (0, 255)
    assert whole == (255, 255)

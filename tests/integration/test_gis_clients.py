"""Map clients that people use read real tiles off a real server: GDAL, OWSLib and a browser."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from owslib.tms import TileMapService  # type: ignore[import-untyped]
from owslib.wmts import WebMapTileService  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Page, Response

from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask

CONFIG = """
services: {{tms: , wmts: }}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: photo, title: Photograph, sources: [photo]}}
  - {{name: towns, title: Towns without ground, sources: [towns]}}
  - {{name: local, title: Local, sources: [local]}}
  - {{name: degrees, title: Degrees, sources: [degrees]}}
grids:
  utm:
    srs: 'EPSG:25832'
    bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54]
    origin: nw
    res: [4891.96, 1212.12, 333.333333333]
  degrees: {{srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 6, min_res: 0.703125}}
  mercator: {{base: GLOBAL_WEBMERCATOR, num_levels: 8}}
caches:
  world: {{grids: [mercator], sources: [world]}}
  photo: {{grids: [mercator], sources: [photo], format: image/jpeg}}
  towns: {{grids: [mercator], sources: [towns]}}
  local: {{grids: [utm], sources: [world]}}
  degrees: {{grids: [degrees], sources: [world]}}
sources:
  world: {{type: wms, req: {{url: "{wms}", layers: "photo,land,roads"}}, image: {{colors: 0}}}}
  photo: {{type: wms, req: {{url: "{wms}", layers: "photo,land"}}}}
  towns: {{type: wms, req: {{url: "{wms}", layers: towns, transparent: true}}}}
"""


@pytest.fixture(scope="module")
def server(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    config = CONFIG.format(wms=mapserver_of_session.fcgi_url)
    with tilekeep(tmp_path_factory.mktemp("clients"), config) as running:
        yield running


class Read(NamedTuple):
    """A part of a map that GDAL is asked for, and the tiles of ``/tiles`` it must consist of."""

    dataset: str
    window: str
    layer: str
    level: int
    columns: range
    rows: range
    image_format: str = "png"


_WORLD = "-20037508.342789244 20037508.342789244 20037508.342789244 -20037508.342789244"
_WEST = "-20037508.342789244 20037508.342789244 0 0"
_GLOBE = "-180 90 180 -90"
_KVP = "WMTS:URL/service?service=WMTS&request=GetCapabilities"
_REST = "WMTS:URL/wmts/1.0.0/WMTSCapabilities.xml"
# The tiles 6 to 8, 5 to 6 of the finest level.
_LOCAL = "465866.829999488 5874552.873333760 721866.829999232 5703886.206667264"

READS = {
    "WMTS by path": Read(f"{_REST},layer=world", _WORLD, "world/EPSG3857", 2, range(4), range(4)),
    "WMTS by parameters": Read(f"{_KVP},layer=world", _WEST, "world/EPSG3857", 3, range(4), range(4)),
    "WMTS with JPEG": Read(f"{_REST},layer=photo", _WORLD, "photo/EPSG3857", 2, range(4), range(4), "jpeg"),
    "WMTS with transparency": Read(f"{_REST},layer=towns", _WORLD, "towns/EPSG3857", 2, range(4), range(4)),
    "WMTS in a local SRS": Read(f"{_REST},layer=local", _LOCAL, "local/EPSG25832", 2, range(6, 9), range(5, 7)),
    "WMTS in degrees": Read(f"{_REST},layer=degrees", _GLOBE, "degrees/EPSG4326", 2, range(8), range(4)),
    "TMS": Read("URL/tms/1.0.0/world/EPSG3857", _WORLD, "world/EPSG3857", 2, range(4), range(4)),
    "TMS with JPEG": Read("URL/tms/1.0.0/photo/EPSG3857", _WEST, "photo/EPSG3857", 3, range(4), range(4), "jpeg"),
    "TMS in degrees": Read("URL/tms/1.0.0/degrees/EPSG4326", _GLOBE, "degrees/EPSG4326", 2, range(8), range(4)),
}


@pytest.mark.service("gdal_translate")
@pytest.mark.parametrize("name", READS)
def test_gdal_puts_every_pixel_in_its_place(
    server: Server, tmp_path: Path, require_program: Callable[[str], Path], name: str
) -> None:
    read = READS[name]
    expected = _mosaic(server, read)
    size = [str(side) for side in expected.size]
    dataset = read.dataset.replace("URL", server.url)
    command = [
        str(require_program("gdal_translate")),
        "-of",
        "PNG",
        "-projwin",
        *read.window.split(),
        "-outsize",
        *size,
    ]

    done = subprocess.run([*command, dataset, "map.png"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("ERROR")) == (0, 0), done.stderr
    with Image.open(tmp_path / "map.png") as found:
        assert _visible(found) == _visible(expected)


@pytest.mark.service("gdalinfo")
@pytest.mark.parametrize("layer", ["world", "local", "degrees"])
def test_gdal_asks_for_no_tile_outside_the_grid(
    server: Server, tmp_path: Path, require_program: Callable[[str], Path], layer: str
) -> None:
    """All of a layer, whose extent GDAL takes from the document alone."""
    dataset = f"{_REST},layer={layer}".replace("URL", server.url)
    command = [str(require_program("gdal_translate")), "-of", "PNG", "-outsize", "300", "300", dataset, "all.png"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("ERROR")) == (0, 0), done.stderr


@pytest.mark.parametrize(
    "document",
    [pytest.param("/service?", id="by parameters"), pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", id="by path")],
)
def test_owslib_gets_the_tiles_that_wmts_describes(server: Server, document: str) -> None:
    service = WebMapTileService(server.url + document)

    tile = service.gettile(layer="local", tilematrixset="utm", tilematrix="02", row=5, column=7, format="image/png")

    assert sorted(service.contents) == ["degrees", "local", "photo", "towns", "world"]
    assert list(service.tilematrixsets) == ["mercator", "utm", "degrees"]
    assert tile.read() == ask(f"{server.url}/tiles/local/EPSG25832/2/7/5.png").body


def test_owslib_gets_the_tiles_that_tms_describes(server: Server) -> None:
    service = TileMapService(f"{server.url}/tms/1.0.0/")
    address = f"{server.url}/tms/1.0.0/photo/EPSG3857"

    tile = service.gettile(x=1, y=2, z=1, id=address, mimetype="image/jpeg")

    assert len(service.contents) == 5
    assert tile.read() == ask(f"{server.url}/tiles/photo/EPSG3857/2/1/1.jpeg").body


@pytest.fixture
def demo(tmp_path: Path, running: Callable[[Server], Server], free_port: Callable[[], int]) -> Server:
    """``tilekeep demo`` with a cache of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "demo", "--bind", f"127.0.0.1:{port}"]
    return running(Server(command, tmp_path, port, environ={"XDG_CACHE_HOME": str(tmp_path / "cache")}))


@pytest.mark.service("chromium")
def test_the_demo_page_shows_the_world_and_more_of_it_when_it_is_dragged(demo: Server, page: Page) -> None:
    seen = _Seen(page)
    page.goto(f"{demo.url}/demo/")
    page.click("text=TMS >> nth=-1")
    page.wait_for_selector("body[data-rendered=true]")
    page.wait_for_load_state("networkidle")
    zoomed = _zoomed_in(page)
    before = set(seen.tiles)

    picture = _dragged(page, by=(-300, -200))

    assert len(before) >= 4
    assert set(seen.tiles) > before
    assert set(seen.tiles.values()) == {200}
    assert len(picture.getcolors(1 << 20) or []) > 10
    assert picture.tobytes() != zoomed.tobytes()
    assert {urlsplit(url).hostname for url in seen.addresses} == {"127.0.0.1"}
    assert seen.complaints == []


class _Seen:
    """What a page asks for and complains about, from its first request on."""

    def __init__(self, page: Page) -> None:
        self.addresses: list[str] = []
        self.tiles: dict[str, int] = {}
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("response", self._note_tile)
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def _note(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.addresses.append(url)

    def _note_tile(self, response: Response) -> None:
        if response.headers.get("content-type", "") == "image/png":
            self.tiles[response.url] = response.status


def _zoomed_in(page: Page) -> Image.Image:
    """The map two levels deeper, so that there is more of it than the window shows."""
    for _ in range(2):
        page.click(".ol-zoom-in")
        page.wait_for_timeout(500)
        page.wait_for_load_state("networkidle")
    return _picture(page)


def _dragged(page: Page, by: tuple[int, int]) -> Image.Image:
    """The map after it was drawn with the mouse."""
    page.mouse.move(500, 400)
    page.mouse.down()
    page.mouse.move(500 + by[0], 400 + by[1], steps=10)
    page.mouse.up()
    page.wait_for_timeout(500)
    page.wait_for_load_state("networkidle")
    return _picture(page)


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _mosaic(server: Server, read: Read) -> Image.Image:
    image = Image.new("RGBA", (256 * len(read.columns), 256 * len(read.rows)))
    for column in read.columns:
        for row in read.rows:
            tile = ask(f"{server.url}/tiles/{read.layer}/{read.level}/{column}/{row}.{read.image_format}")
            image.paste(tile.pixels(), (256 * (column - read.columns[0]), 256 * (row - read.rows[0])))
    return image


def _visible(image: Image.Image) -> bytes:
    """The pixels; where nothing is to be seen, any colour is as good as another."""
    pixels = image.convert("RGBA")
    ground = Image.new("RGBA", pixels.size)
    return Image.alpha_composite(ground, pixels).tobytes()

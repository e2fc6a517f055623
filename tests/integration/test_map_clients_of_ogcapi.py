"""Clients of OGC API that people use: GDAL, a browser with OpenLayers, and another Tilekeep."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Page, Response

from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.pixel_difference import SAME, Tolerance, difference

CONFIG = """
services:
  tms:
  wms:
  ogcapi: {{map_srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832']}}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: local, title: Local, sources: [local]}}
  - {{name: below, title: From below, sources: [below]}}
grids:
  mercator: {{base: GLOBAL_WEBMERCATOR, num_levels: 6}}
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 6}}
  below: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: sw, num_levels: 6}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [map]}}
  local: {{grids: [utm], sources: [map]}}
  below: {{grids: [below], sources: [map]}}
globals: {{image: {{paletted: false}}}}
sources:
  map: {{type: wms, req: {{url: "{url}", layers: "photo,land,roads"}}}}
"""

CASCADE = """
services: {{tms: , wms: {{srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832']}}}}
layers:
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: degrees, title: Degrees, sources: [degrees]}}
  - {{name: local, title: Local, sources: [local]}}
  - {{name: below, title: From below, sources: [below]}}
  - {{name: maps, title: Maps, sources: [maps]}}
grids:
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 6}}
  below: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: sw, num_levels: 6}}
caches:
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
  degrees: {{grids: [GLOBAL_GEODETIC], sources: [world]}}
  local: {{grids: [utm], sources: [local]}}
  below: {{grids: [below], sources: [below]}}
globals: {{image: {{paletted: false}}}}
sources:
  world: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: world}}
  local: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: local, tile_matrix_set_id: utm}}
  below: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: below, tile_matrix_set_id: below}}
  maps: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world}}
"""

#: Where every client is to show the same, in degrees: west, south, east, north.
BOX = (0, 40, 20, 60)

#: GDAL and the browser enlarge and shrink in their own ways.
RESAMPLED = Tolerance(mean=12.0, far=80, share=0.06)

#: JPEG, or tiles cut out of a larger image.
NEARLY = Tolerance(mean=3.0, far=32, share=0.02)


class Servers(NamedTuple):
    """A Tilekeep with the service, and another that has it as a source."""

    served: Server
    cascading: Server


@pytest.fixture(scope="module")
def servers(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    with ExitStack() as stack:
        config = CONFIG.format(url=mapserver_of_session.fcgi_url)
        served = stack.enter_context(tilekeep(tmp_path_factory.mktemp("served"), config))
        config = CASCADE.format(url=served.url)
        yield Servers(served, stack.enter_context(tilekeep(tmp_path_factory.mktemp("cascading"), config)))


def wms(url: str, layer: str, width: int, height: int) -> Image.Image:
    """What WMS draws of the box."""
    query = f"service=WMS&version=1.1.1&request=GetMap&layers={layer}&styles=&srs=EPSG:4326&format=image/png"
    box = ",".join(map(str, BOX))
    return ask(f"{url}/service?{query}&bbox={box}&width={width}&height={height}").pixels()


class TestTilekeep:
    @pytest.mark.parametrize(
        ("cascaded", "original"),
        [
            pytest.param("tiles/EPSG3857/3/4/2", "world/EPSG3857/3/4/2", id="web mercator"),
            pytest.param("degrees/EPSG4326/3/4/2", "world/EPSG4326/3/4/2", id="degrees"),
            pytest.param("local/EPSG25832/2/1/2", "local/EPSG25832/2/1/2", id="from above"),
            pytest.param("below/EPSG25832/2/1/2", "below/EPSG25832/2/1/2", id="from below"),
        ],
    )
    def test_tiles_pass_through_unchanged(self, servers: Servers, cascaded: str, original: str) -> None:
        there = ask(f"{servers.served.url}/tiles/{original}.png")

        here = ask(f"{servers.cascading.url}/tiles/{cascaded}.png")

        assert (here.status, there.status) == (200, 200), here.body
        assert difference(there.pixels(), here.pixels(), SAME.far).within(SAME)
        assert len(here.pixels().getcolors(1 << 20) or []) > 20

    def test_maps_pass_through(self, servers: Servers) -> None:
        original, cascaded = (
            wms(url, layer, 300, 300) for url, layer in ((servers.served.url, "world"), (servers.cascading.url, "maps"))
        )

        assert difference(original, cascaded, NEARLY.far).within(NEARLY)


@pytest.mark.service("gdal_translate")
class TestGdal:
    """GDAL 3.6 reads maps; of tile matrix sets it knows the draft (17-083r2), so that it reads no tiles of anybody."""

    @pytest.fixture
    def read(
        self, servers: Servers, tmp_path: Path, require_program: Callable[[str], Path]
    ) -> Callable[..., Image.Image]:
        """A function that has GDAL read a collection, and fails with what it says."""
        program = require_program("gdal_translate")

        def translated(*options: str, collection: str = "world") -> Image.Image:
            dataset = f"OGCAPI:{servers.served.url}/ogcapi/collections/{collection}"
            command = [str(program), "-q", "-of", "PNG", *options, dataset, "map.png"]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            return Image.open(tmp_path / "map.png").convert("RGBA")

        return translated

    def test_it_knows_what_a_collection_is(self, servers: Servers, require_program: Callable[[str], Path]) -> None:
        program = str(require_program("gdalinfo"))
        dataset = f"OGCAPI:{servers.served.url}/ogcapi/collections/local"

        done = subprocess.run([program, "-json", "-oo", "API=MAP", dataset], capture_output=True, text=True, check=True)

        facts = json.loads(done.stdout)
        assert facts["driverShortName"] == "OGCAPI"
        assert [band["colorInterpretation"] for band in facts["bands"]] == ["Red", "Green", "Blue", "Alpha"]
        west, north = facts["cornerCoordinates"]["upperLeft"]
        assert (west, north) == (pytest.approx(1.38, abs=0.1), pytest.approx(54.15, abs=0.1))

    def test_it_reads_maps(self, servers: Servers, read: Callable[..., Image.Image]) -> None:
        west, south, east, north = map(str, BOX)
        window = ("-projwin", west, north, east, south)

        found = read("-oo", "API=MAP", *window, "-outsize", "256", "256")

        assert difference(wms(servers.served.url, "world", 256, 256), found, RESAMPLED.far).within(RESAMPLED)


class TestBrowser:
    @pytest.fixture
    def answers(self, page: Page) -> list[Response]:
        """Everything that the page gets, in the order in which it comes."""
        seen: list[Response] = []
        page.on("response", lambda response: seen.append(response))  # noqa: PLW0108 - wants a function with attributes
        return seen

    @pytest.mark.parametrize("matrix_set", ["WebMercatorQuad", "GLOBAL_GEODETIC", "utm", "below"])
    def test_the_page_of_a_tile_set_shows_its_tiles(
        self, servers: Servers, page: Page, answers: list[Response], matrix_set: str
    ) -> None:
        messages: list[str] = []
        page.on("console", lambda message: messages.append(message.text))
        collection = {"utm": "local", "below": "below"}.get(matrix_set, "world")

        page.goto(f"{servers.served.url}/ogcapi/collections/{collection}/map/tiles/{matrix_set}?f=html")
        page.wait_for_function("() => document.getElementById('map').shownMap")
        rendered(page)
        page.click(".ol-zoom-in")
        page.wait_for_timeout(500)
        rendered(page)

        tiles = [answer for answer in answers if answer.headers.get("content-type", "").startswith("image/")]
        assert {(answer.status, answer.headers["content-type"]) for answer in tiles} == {(200, "image/png")}
        levels = {answer.url.split(f"/tiles/{matrix_set}/")[1].split("/")[0] for answer in tiles}
        assert len(levels) >= 2
        assert messages == []
        assert {answer.status for answer in answers} == {200}

    def test_the_page_of_a_collection_shows_its_map(
        self, servers: Servers, page: Page, answers: list[Response]
    ) -> None:
        page.goto(f"{servers.served.url}/ogcapi/collections/world?f=html")
        page.wait_for_function("() => document.getElementById('map').shownMap")
        rendered(page)

        keep(page, "ogcapi-collection")
        (drawn,) = [answer for answer in answers if "/map.png" in answer.url][-1:]
        assert (drawn.status, drawn.headers["content-type"]) == (200, "image/png")
        assert drawn.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/3857>"
        assert {answer.status for answer in answers} == {200}

    def test_the_page_of_the_api_sends_requests(self, servers: Servers, page: Page, answers: list[Response]) -> None:
        page.goto(f"{servers.served.url}/ogcapi/api?f=html")
        form = page.locator("#getCollectionMap form")

        form.locator("select[name=collectionId]").select_option("world")
        form.locator("input[name=bbox]").fill("0,40,20,60")
        form.locator("input[name=width]").fill("64")
        form.locator("select[name=f]").select_option("png")
        form.locator("button").click()
        form.locator("output[data-status='200'] img").wait_for()

        assert form.locator("output img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 64
        keep(page, "ogcapi-api")
        drawn = answers[-1] if "/map?" in answers[-1].url else answers[-2]
        assert "/ogcapi/collections/world/map?" in drawn.url
        assert drawn.headers["content-type"] == "image/png"

    def test_the_page_of_the_api_shows_documents_and_problems_as_text(self, servers: Servers, page: Page) -> None:
        page.goto(f"{servers.served.url}/ogcapi/api?f=html")
        right, wrong = page.locator("#getConformanceDeclaration form"), page.locator("#getCollectionMap form")
        wrong.locator("input[name=bbox]").fill("<img src=x>")

        right.locator("button").press("Enter")
        wrong.locator("button").press("Enter")
        right.locator("output[data-status='200'] pre").wait_for()
        wrong.locator("output[data-status='400'] pre").wait_for()

        assert '"conformsTo"' in right.locator("pre").inner_text()
        assert page.locator("output img").count() == 0

    def test_tiles_are_drawn_where_they_belong(self, servers: Servers, page: Page) -> None:
        """The pixels of the canvas are those of the tile that lies there."""
        page.set_viewport_size({"width": 1000, "height": 900})
        page.goto(f"{servers.served.url}/ogcapi/collections/world/map/tiles/WebMercatorQuad?f=html")
        page.wait_for_function("() => document.getElementById('map').shownMap")
        page.evaluate(
            """() => {
                const side = 20037508.342789244 / 4;
                document.getElementById('map').shownMap.getView().setCenter([side / 2, side * 1.5]);
                document.getElementById('map').shownMap.getView().setResolution(side / 256);
            }"""
        )
        rendered(page)

        colours = page.evaluate(
            """() => {
                const canvas = document.querySelector("#map canvas");
                const [x, y] = [canvas.width / 2, canvas.height / 2].map(Math.round);
                const data = canvas.getContext("2d").getImageData(x - 64, y - 64, 128, 128).data;
                return Array.from(data);
            }"""
        )

        shown = Image.frombytes("RGBA", (128, 128), bytes(colours))
        tile = ask(f"{servers.served.url}/tiles/world/EPSG3857/3/4/2.png").pixels().crop((64, 64, 192, 192))
        smoothed = Tolerance(mean=8.0, far=64, share=0.05)
        assert difference(tile, shown, smoothed.far).within(smoothed)


def keep(page: Page, name: str) -> None:
    """A picture for people, where they are collected."""
    if folder := os.environ.get("TILEKEEP_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def rendered(page: Page) -> None:
    """Waits until the map has all that it wants to show, and is drawn, which the first time it is not."""
    page.evaluate("""() => new Promise((done) => {
            const place = document.getElementById("map");
            const render = () => {
                place.shownMap.once("rendercomplete", () => place.querySelector("canvas") ? done() : render());
                place.shownMap.render();
            };
            render();
        })""")

"""The pages of the demo and of the admin service, opened, moved and used in a browser.

Screenshots go to the folder that ``TILEKEEP_SCREENSHOTS`` names, if it does.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Response

from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask

pytestmark = pytest.mark.service("chromium")

TOKEN = "a-token-of-some-length"

CONFIG = """
services:
  demo:
  tms: {use_grid_names: true, origin: nw}
  wmts:
  wms:
    srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832']
    md: {title: Maps of the world}
  admin: {token: '${TILEKEEP_TOKEN}', seed_config: seed.yaml}
layers:
  - name: world
    title: World
    md: {abstract: Countries of the world}
    sources: [world_cache]
  - {name: sharp, title: For all screens and browsers, sources: [sharp_cache]}
  - name: europe
    title: Europe
    layers:
      - {name: germany, title: Germany in UTM, sources: [utm_cache]}
caches:
  world_cache:
    grids: [webmercator, geodetic]
    sources: [world]
    refresh_before: {days: 7}
  utm_cache: {grids: [utm], sources: [world], cache: {type: sqlite}}
  sharp_cache:
    grids: [webmercator]
    sources: [world]
    variants: {formats: [image/avif, image/webp], double: next_level}
  city_cache: {grids: [webmercator], sources: [city], cache: {type: mbtiles}}
grids:
  webmercator: {base: GLOBAL_WEBMERCATOR, num_levels: 12}
  geodetic: {srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 12, min_res: 0.703125}
  utm: {srs: 'EPSG:25832', bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54], origin: nw, num_levels: 10}
sources:
  world: {type: world}
  city:
    type: wms
    req: {url: 'http://maps.example/wms', layers: city}
    http: {breaker: {failures: 3, seconds: 60}, requests_per_second: 10}
globals: {cache: {base_dir: cache, lock_dir: locks, meta_size: [4, 4], meta_buffer: 0}}
"""

SEED = """
seeds:
  world: {caches: [world_cache], grids: [webmercator], levels: {to: 4}}
  west: {caches: [world_cache], grids: [webmercator], coverages: [west], levels: [7]}
coverages: {west: {bbox: [-170, 0, -70, 70], srs: 'EPSG:4326'}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests, each of which looks at tiles of its own."""
    directory = tmp_path_factory.mktemp("pages")
    (directory / "seed.yaml").write_text(SEED)
    with tilekeep(directory, CONFIG, workers=2, threads=4, env={"TILEKEEP_TOKEN": TOKEN}) as started:
        yield started


class Watched:
    """A page, what it asks for, and what it complains about."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.url = server.url
        self.hosts: set[str | None] = set()
        self.images: dict[str, int] = {}
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("response", self._note_image)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def open(self, address: str, *, ready: str) -> None:
        self.page.goto(self.url + address)
        self.page.wait_for_selector(ready)
        self.page.wait_for_load_state("networkidle")

    def settle(self) -> None:
        """Waits until the map has drawn what it was moved to."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector("body:not([data-rendered=false])")

    def picture(self) -> Image.Image:
        return Image.open(io.BytesIO(self.page.locator("#map").screenshot())).convert("RGB")

    def keep(self, name: str) -> None:
        if folder := os.environ.get("TILEKEEP_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def is_well(self) -> None:
        assert self.complaints == []
        assert self.hosts == {urlsplit(self.url).hostname}
        assert set(self.images.values()) <= {200, 304}

    def _note(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(url).hostname)

    def _note_image(self, response: Response) -> None:
        if response.headers.get("content-type", "").startswith("image/"):
            self.images[response.url] = response.status


@pytest.fixture
def watched(page: Page, server: Server) -> Watched:
    return Watched(page, server)


LAYERS = [
    "wms_layer=world&srs=EPSG:3857&format=image/png",
    "wms_layer=world&srs=EPSG:4326&format=image/jpeg",
    "wms_layer=europe&srs=EPSG:25832&format=image/png",
    "tms_layer=world&srs=EPSG:3857&format=png",
    "tms_layer=world&grid=geodetic",
    "wmts_layer=world&srs=EPSG:4326&format=png",
    "wmts_layer=germany&srs=EPSG:25832&format=png",
]


class TestDemo:
    def test_layers_are_found_and_lead_to_their_maps(self, watched: Watched) -> None:
        page = watched.page
        watched.open("/demo/", ready="#layers li")
        watched.keep("overview")

        page.fill("#search", "germany utm")

        assert page.locator("#layers li:visible strong").all_inner_texts() == ["Germany in UTM"]
        assert page.inner_text("#found") == "1 found"
        page.locator("#layers li:visible >> text=WMTS").click()
        page.wait_for_selector("body[data-rendered=true]")
        assert "wmts_layer=germany" in page.url
        watched.is_well()

    @pytest.mark.parametrize("address", LAYERS)
    def test_every_page_shows_a_map_that_can_be_moved(self, watched: Watched, address: str) -> None:
        page = watched.page
        watched.open(f"/demo/?{address}", ready="body[data-rendered=true]")
        watched.settle()
        first = watched.picture()
        watched.keep(f"layer-{re.sub('[^a-z0-9]+', '-', address.lower())}")
        before = set(watched.images)

        page.click(".ol-zoom-in")
        watched.settle()
        zoomed = watched.picture()
        box = page.locator("#map").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 400, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 150, box["y"] + 120, steps=8)
        page.mouse.up()
        watched.settle()

        assert before
        assert set(watched.images) > before
        assert len(first.getcolors(1 << 20) or []) > 10
        assert len({first.tobytes(), zoomed.tobytes(), watched.picture().tobytes()}) == 3
        watched.is_well()

    def test_a_choice_leads_to_another_map_and_the_keyboard_moves_it(self, watched: Watched) -> None:
        page = watched.page
        watched.open("/demo/?wms_layer=world", ready="body[data-rendered=true]")

        page.select_option("select[name=srs]", "EPSG:4326")
        page.wait_for_url("**srs=EPSG%3A4326**")
        page.wait_for_selector("body[data-rendered=true]")
        watched.settle()
        before = watched.picture()
        page.focus("#map")
        page.keyboard.press("+")
        watched.settle()

        assert watched.picture().tobytes() != before.tobytes()
        watched.is_well()

    def test_the_background_lies_below_and_can_be_hidden(self, watched: Watched) -> None:
        watched.open("/demo/?wms_layer=germany&srs=EPSG:25832&format=image/png", ready="body[data-rendered=true]")
        for _ in range(2):
            watched.page.click(".ol-zoom-out")
        watched.settle()
        with_world = watched.picture()

        watched.page.uncheck("#background")
        watched.settle()

        assert watched.picture().tobytes() != with_world.tobytes()
        watched.is_well()

    @pytest.mark.parametrize("document", ["wms_capabilities", "wmts_capabilities", "tms_capabilities"])
    def test_documents_are_shown_as_text(self, watched: Watched, document: str) -> None:
        watched.open(f"/demo/?{document}", ready="pre.document")

        assert watched.page.inner_text("pre.document").startswith("<?xml")
        watched.is_well()

    def test_markup_in_an_address_stays_text(self, watched: Watched) -> None:
        watched.open("/demo/?wms_layer=<img src=x onerror=document.title='pwned'>", ready="main p")

        assert "<img src=x" in watched.page.inner_text("main")
        assert "pwned" not in watched.page.title()


class TestSharp:
    @pytest.fixture(params=[1, 2], ids=["usual screen", "sharp screen"])
    def ratio(self, request: pytest.FixtureRequest) -> int:
        found: int = request.param
        return found

    @pytest.fixture
    def screen(self, chromium: Browser, server: Server, ratio: int) -> Iterator[Watched]:
        context = chromium.new_context(device_scale_factor=ratio)
        yield Watched(context.new_page(), server)
        context.close()

    @pytest.mark.parametrize("service", ["tms_layer", "wmts_layer"])
    def test_a_browser_gets_the_format_and_the_pixels_that_it_can_show(
        self, screen: Watched, ratio: int, service: str
    ) -> None:
        kinds: dict[str, str] = {}
        screen.page.on("response", lambda answer: kinds.update({answer.url: answer.headers.get("content-type", "")}))

        screen.open(f"/demo/?{service}=sharp", ready="body[data-rendered=true]")
        screen.settle()

        tiles = {url: kind for url, kind in kinds.items() if "/tiles/sharp/" in url or "/wmts/sharp/" in url}
        assert set(tiles.values()) == {"image/avif"}
        assert {"@2x.png" in url for url in tiles} == {ratio == 2}
        assert len(screen.picture().getcolors(1 << 24) or []) > 20
        screen.keep(f"demo-sharp-{ratio}")
        screen.is_well()


class TestDark:
    @pytest.fixture
    def dark(self, chromium: Browser, server: Server) -> Iterator[Watched]:
        page = chromium.new_page(color_scheme="dark", viewport={"width": 400, "height": 800})
        yield Watched(page, server)
        page.close()

    @pytest.mark.parametrize(
        ("address", "ready"),
        [
            ("/demo/", "#layers"),
            ("/demo/?tms_layer=germany", "body[data-rendered=true]"),
            ("/admin/", "[data-ready=true]"),
        ],
    )
    def test_pages_are_dark_and_fit_a_telephone(self, dark: Watched, address: str, ready: str) -> None:
        dark.open(address, ready=ready)
        dark.keep(f"dark-{re.sub('[^a-z]+', '-', address).strip('-')}")

        red, green, blue = Image.open(io.BytesIO(dark.page.screenshot())).convert("RGB").getpixel((2, 700))  # type: ignore[misc]
        assert max(red, green, blue) < 80
        assert dark.page.evaluate("document.documentElement.scrollWidth") <= 400
        dark.is_well()


class TestAdmin:
    def _seeded(self, watched: Watched, task: str) -> None:
        """Starts a task from the page, as people do, and waits until it is over."""
        page = watched.page
        page.select_option("#task", label=f"seed {task}")
        page.click("#start-form button")
        page.wait_for_selector(f"#runs li[data-state=finished] strong:text-is('{task}')", timeout=90_000)

    def _with_token(self, watched: Watched) -> None:
        watched.page.fill("#token", TOKEN)
        watched.page.click("#token-form button")

    def _point_at(self, watched: Watched, across: float, down: float) -> None:
        """Moves the pointer to a place of a square grid, in parts of its side from its north-western corner."""
        box = watched.page.locator("#map").bounding_box()
        assert box is not None
        side = min(box["width"], box["height"]) - 24
        x = box["x"] + box["width"] / 2 + (across - 0.5) * side
        y = box["y"] + box["height"] / 2 + (down - 0.5) * side
        watched.page.mouse.move(x, y)

    def _counted(self, watched: Watched, cache: str, grid: str) -> dict[str, Any]:
        """What the page shows after a click on its button, once all is counted."""
        watched.page.click("#count")
        for _ in range(600):
            facts: dict[str, Any] = json.loads(ask(f"{watched.url}/admin/api/cache?cache={cache}&grid={grid}").body)
            if facts["counted"] and not facts["changing"]:
                break
            watched.page.wait_for_timeout(50)
        watched.page.dispatch_event("#cache", "change")
        watched.page.wait_for_selector(f"#totals:has-text('{facts['tiles']:,} tiles, ')")
        return facts

    def test_nothing_can_be_changed_before_the_token_is_there(self, watched: Watched) -> None:
        watched.open("/admin/", ready="[data-ready=true]")

        buttons = watched.page.locator("[data-changes]:visible")

        assert buttons.count() >= 4
        assert all(button.is_disabled() for button in buttons.all())
        watched.is_well()

    def test_a_wrong_token_is_told(self, watched: Watched) -> None:
        watched.open("/admin/", ready="[data-ready=true]")
        watched.page.fill("#token", "something else")
        watched.page.click("#token-form button")

        watched.page.click("#count")

        watched.page.wait_for_selector("#message:has-text('token')")

    def test_seeding_is_started_and_the_map_shows_what_came_of_it(self, watched: Watched) -> None:
        page = watched.page
        watched.open("/admin/", ready="[data-ready=true]")
        empty = watched.picture()
        self._with_token(watched)

        self._seeded(watched, "world")
        self._seeded(watched, "west")
        account = self._counted(watched, "world_cache", "webmercator")

        stored = {level["level"]: level["tiles"] for level in account["levels"] if level["tiles"]}
        assert {z: tiles for z, tiles in stored.items() if z <= 4} == {z: 4**z for z in range(5)}
        assert 7 in stored
        page.select_option("#level", "7")
        page.wait_for_selector("body[data-level='7']:not([data-squares='0'])")
        watched.settle()
        assert watched.picture().tobytes() != empty.tobytes()
        watched.keep("admin")
        for what in ("age", "coverage"):
            page.click(f"label:has(input[value={what}])")
            watched.settle()
            watched.keep(f"admin-{what}")
        watched.is_well()

    def test_the_map_can_be_moved_and_says_what_is_below_the_pointer(self, watched: Watched) -> None:
        page = watched.page
        ask(f"{watched.url}/tiles/germany/utm/7/70/40.png")
        watched.open("/admin/#utm_cache%20%2F%20utm", ready="[data-ready=true]")
        self._with_token(watched)
        self._counted(watched, "utm_cache", "utm")
        page.select_option("#level", "7")
        page.wait_for_selector("body[data-squares='1']")
        watched.settle()
        before = watched.picture()

        self._point_at(watched, 70 / 128, 42 / 128)
        page.wait_for_selector("#position:has-text('16 of 16 tiles (100 %)')")
        page.click(".ol-zoom-in")
        watched.settle()

        assert watched.picture().tobytes() != before.tobytes()
        watched.is_well()

    def test_low_levels_show_which_of_their_tiles_are_stored(self, watched: Watched) -> None:
        page = watched.page
        for path in ("5/3/2", "5/12/9"):
            ask(f"{watched.url}/tiles/germany/utm/{path}.png")
        watched.open("/admin/#utm_cache%20%2F%20utm", ready="[data-ready=true]")
        self._with_token(watched)
        self._counted(watched, "utm_cache", "utm")

        page.select_option("#level", "5")
        page.wait_for_selector("body[data-level='5'][data-squares='32']")
        watched.settle()

        watched.keep("admin-low-level")
        picture = watched.picture()
        page.click("label:has(input[value=coverage])")
        for (x, y), says in {(3.5, 2.5): "1 of 1 tiles", (12.5, 9.5): "1 of 1 tiles", (20.5, 20.5): "nothing"}.items():
            self._point_at(watched, x / 32, y / 32)
            page.wait_for_selector(f"#position:has-text('{says}')")
        assert len(picture.getcolors(1 << 24) or []) > 1
        watched.is_well()

    def test_an_area_that_is_drawn_is_marked_as_stale(self, watched: Watched) -> None:
        page = watched.page
        for path in ("8/10/10", "8/200/60"):
            ask(f"{watched.url}/tiles/world/geodetic/{path}.png")
        watched.open("/admin/#world_cache%20%2F%20geodetic", ready="[data-ready=true]")
        self._with_token(watched)
        self._counted(watched, "world_cache", "geodetic")
        page.select_option("#level", "8")
        page.wait_for_selector("body[data-squares='2']")
        watched.settle()
        before = watched.picture()

        page.click("#draw")
        corners = page.evaluate("document.getElementById('map').getBoundingClientRect().toJSON()")
        left, top, width, height = (corners[side] for side in ("x", "y", "width", "height"))
        # The grid fills the width or the height; its north-western quarter lies between these corners.
        half = min(width - 24, 2 * (height - 24)) / 2
        middle = left + width / 2, top + height / 2
        west, north = middle[0] - half + 4, middle[1] - half / 2 + 4
        points = [(west, north), (middle[0] - 60, north), (middle[0] - 60, middle[1] - 30), (west, middle[1] - 30)]
        for x, y in points:
            page.mouse.click(x, y)
            page.wait_for_timeout(300)
        page.mouse.dblclick(*points[-1])
        page.wait_for_selector("#area:has-text('is drawn')")
        watched.keep("admin-area")
        page.check("#only-level")
        page.click("#invalidate")
        page.wait_for_selector("#area:has-text('Marked as stale: ')")

        facts = self._counted(watched, "world_cache", "geodetic")
        assert (facts["levels"][8]["stale"], facts["levels"][8]["fresh"]) == (16, 16)
        page.select_option("#level", "8")
        page.wait_for_selector("body[data-squares='2']")
        watched.settle()
        assert watched.picture().tobytes() != before.tobytes()
        watched.keep("admin-stale")
        watched.is_well()

    def test_servers_are_shown_with_their_breakers(self, watched: Watched) -> None:
        watched.open("/admin/", ready="[data-ready=true]")

        assert "maps.example" in watched.page.inner_text("#servers")
        assert "breaker closed" in watched.page.inner_text("#servers")

"""The demo pages, their files, and what they are told of the layers (spec/services.md, 7)."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.fakes.catalogue import GEODETIC, PNG_TILE, SOUTHERN_WEBMERCATOR, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, client
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.entrypoints.wsgi.options import DemoOptions, KmlOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.services import KmlParts

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)

MARKUP = "</script><b onclick=x>'\"&"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, attribute: str) -> list[str]:
        return [
            str(attributes[attribute]) for name, attributes in self.found if name == tag and attribute in attributes
        ]


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, title=MARKUP)
    layers.add("south", SOUTHERN_WEBMERCATOR)
    return layers


@pytest.fixture
def maps() -> FakeMaps:
    maps = FakeMaps()
    time = Dimension("time", ("2020", "2021"), "2021")
    maps.add(maps.layer("osm"), maps.group("group", maps.layer("weather", dimensions=(time,))))
    return maps


def data_of(web: WsgiClient, address: str) -> dict[str, Any]:
    """What the script of a page is told."""
    answer = web.get(address)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    found = DATA.search(answer.text)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


class TestAddresses:
    @pytest.mark.parametrize("path", ["/demo", "/demo/x", "/demo/index.html", "/demo.x"])
    def test_other_paths_lead_to_the_overview(self, layers: FakeLayers, path: str) -> None:
        answer = client(layers, demo=DemoOptions()).get(path, Host="maps.example", X_Script_Name="/maps")

        assert (answer.status_code, answer.headers["Location"]) == (301, "http://maps.example/maps/demo/")

    def test_the_page_that_an_address_without_slash_means_is_found(self, layers: FakeLayers) -> None:
        answer = client(layers, demo=DemoOptions()).get("/demo?tms_layer=osm&srs=EPSG:3857&format=png")

        assert answer.status_code == 301
        assert answer.headers["Location"] == ("http://localhost/demo/?tms_layer=osm&srs=EPSG%3A3857&format=png")

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("wms_layer=osm&srs=EPSG:3857&format=image/png", "GetMap"),
            ("tms_layer=osm&srs=EPSG:3857&format=png", "rows from the south"),
            ("wmts_layer=osm&srs=EPSG:3857&format=png", "RESTful, template"),
            ("wms_capabilities", "WMT_MS_Capabilities"),
            ("wms_capabilities&type=external", "WMT_MS_Capabilities"),
            ("wmsc_capabilities&type=external", "WMT_MS_Capabilities"),
            ("wmts_capabilities_kvp", "TileMatrixSetLink"),
            ("wmts_capabilities", "TileMatrixSetLink"),
            ("tms_capabilities", "TileMapService"),
            ("tms_capabilities&layer=osm&srs=EPSG3857", "units-per-pixel"),
        ],
    )
    def test_bookmarks_of_the_reference_lead_to_what_they_mean(
        self, layers: FakeLayers, maps: FakeMaps, query: str, words: str
    ) -> None:
        web = client(layers, **maps.parts(wms_options(versions=("1.1.1",))), demo=DemoOptions())

        answer = web.get(f"/demo/?{query}")

        assert answer.status_code == 200
        assert words in Elements(answer.text).text

    @pytest.mark.parametrize(
        "query",
        [
            "wms_layer=nothing",
            "tms_layer=nothing&srs=EPSG:3857",
            "wmts_layer=nothing",
            "tms_layer=",
            "wms_layer=%3Cb%3E",
        ],
    )
    def test_an_unknown_layer_is_no_page(self, layers: FakeLayers, maps: FakeMaps, query: str) -> None:
        answer = client(layers, **maps.parts(), demo=DemoOptions()).get(f"/demo/?{query}")

        assert (answer.status_code, answer.content_type) == (404, "text/html; charset=utf-8")
        assert ("b", {}) not in Elements(answer.text).found

    def test_a_document_that_does_not_exist_is_said_to_be_none(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        assert web.get("/demo/?wms_capabilities").status_code == 400
        assert web.get("/demo/?tms_capabilities&layer=x&srs=y").status_code == 404
        assert web.get("/demo/?tms_capabilities&layer=../../demo&srs=..").status_code == 404


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content_type"),
        [("ol.js", "text/javascript; charset=utf-8"), ("pages.css", "text/css; charset=utf-8")],
    )
    def test_they_are_served_compressed_and_asked_for_again(
        self, layers: FakeLayers, name: str, content_type: str
    ) -> None:
        web = client(layers, demo=DemoOptions())

        answer = web.get(f"/demo/static/{name}", Accept_Encoding="gzip")

        assert (answer.status_code, answer.content_type, answer.content_encoding) == (200, content_type, "gzip")
        again = web.get(f"/demo/static/{name}", Accept_Encoding="gzip", If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304

    @pytest.mark.parametrize("name", ["", "index.html", "../handler.py", "..%2fstatic_files.py", "/etc/passwd", "x.js"])
    def test_nothing_else_is_served(self, layers: FakeLayers, name: str) -> None:
        answer = client(layers, demo=DemoOptions()).get(f"/demo/static/{name}")

        assert (answer.status_code, answer.text) == (404, "file not found")

    @pytest.mark.parametrize("page", ["", "?tms_layer=osm", "?wmts_capabilities", "?tms_layer=nothing"])
    def test_pages_use_only_files_that_are_served(self, layers: FakeLayers, page: str) -> None:
        web = client(layers, demo=DemoOptions())

        elements = Elements(web.get(f"/demo/{page}").text)

        used = elements.all("script", "src") + [name for name in elements.all("link", "href") if name != "data:,"]
        assert used
        assert {web.get(f"/demo/{path}").status_code for path in used} == {200}

    def test_modules_import_only_modules_that_are_served(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        script = web.get("/demo/static/layer_map.js").text

        imported = re.findall(r'from "\./([^"]+)"', script)
        assert imported
        assert {web.get(f"/demo/static/{name}").status_code for name in imported} == {200}


class TestOverview:
    def test_every_layer_is_there_once_with_all_services_that_have_it(self, layers: FakeLayers, maps: FakeMaps) -> None:
        web = client(layers, **maps.parts(), demo=DemoOptions())

        links = Elements(web.get("/demo/").text).all("a", "href")

        assert [link for link in links if "_layer=" in link] == [
            "?wms_layer=osm",
            "?wmts_layer=osm",
            "?tms_layer=osm",
            "?wms_layer=group",
            "?wms_layer=weather",
            "?wmts_layer=south",
            "?tms_layer=south",
        ]
        assert {web.get(f"/demo/{link}").status_code for link in links if "_layer=" in link} == {200}

    def test_super_overlays_are_led_to(self, layers: FakeLayers, maps: FakeMaps) -> None:
        kml = KmlParts(KmlOptions(), maps.projection, 60.0)
        web = client(layers, **maps.parts(), kml=kml, demo=DemoOptions())

        links = Elements(web.get("/demo/").text).all("a", "href")

        (link,) = [link for link in links if link.startswith("../kml/osm/")]
        assert web.get(link.removeprefix("..")).status_code == 200

    def test_documents_are_linked_as_they_are_and_as_text(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        links = Elements(web.get("/demo/").text).all("a", "href")

        assert "../wmts/1.0.0/WMTSCapabilities.xml" in links
        assert [link for link in links if "capabilities" in link] == [
            "?wmts_capabilities",
            "?wmts_capabilities_kvp",
            "?tms_capabilities",
        ]

    def test_only_services_that_are_offered_are_named(self, layers: FakeLayers) -> None:
        page = client(layers, tms=None, wmts=None, demo=DemoOptions()).get("/demo/").text

        assert "TMS" not in page
        assert "No layer is offered yet" in page

    def test_three_thousand_layers_are_one_small_page_without_maps(self) -> None:
        layers = FakeLayers()
        for number in range(3000):
            layers.add(f"layer_{number}", WEBMERCATOR)
        web = client(layers, demo=DemoOptions())

        answer = web.get("/demo/", Accept_Encoding="gzip")

        assert layers.built == []
        assert len(answer.data) < 200_000
        assert "data-rendered" not in web.get("/demo/").text


class TestLayers:
    def test_text_cannot_end_the_script_and_no_markup_gets_in(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        for page in ("", "?tms_layer=osm", "?wmts_layer=osm"):
            elements = Elements(web.get(f"/demo/{page}").text)
            assert all(name != "b" and "onclick" not in attributes for name, attributes in elements.found)
            assert "onclick=x" in elements.text

    def test_the_title_is_shown_as_it_is(self, layers: FakeLayers) -> None:
        assert data_of(client(layers, demo=DemoOptions()), "/demo/?tms_layer=osm")["title"] == MARKUP

    @pytest.mark.parametrize(
        ("tms", "wmts"),
        [
            pytest.param(TmsOptions(), None, id="tiles"),
            pytest.param(TmsOptions(origin="sw"), None, id="tiles with an origin of their own"),
            pytest.param(TmsOptions(use_grid_names=True), None, id="tiles with grid names"),
            pytest.param(None, WmtsOptions(restful=False), id="WMTS by parameters"),
            pytest.param(None, WmtsOptions(kvp=False), id="WMTS by path"),
            pytest.param(
                None,
                WmtsOptions(
                    restful_template="/{Style}/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}/{Time}"
                ),
                id="WMTS with a template of its own",
            ),
        ],
    )
    @pytest.mark.parametrize("name", ["osm", "south"])
    def test_addresses_of_tiles_lead_to_tiles(
        self, layers: FakeLayers, tms: TmsOptions | None, wmts: WmtsOptions | None, name: str
    ) -> None:
        grid = WEBMERCATOR if name == "osm" else SOUTHERN_WEBMERCATOR
        layers.tiles[name, grid.name].put((2, 0, 1))
        web = client(layers, tms=tms, wmts=wmts, demo=DemoOptions())

        data = data_of(web, f"/demo/?{'wmts' if tms is None else 'tms'}_layer={name}")

        row = 1 if data["origin"] == ("nw" if name == "osm" else "sw") else 2
        address = data["tiles"].replace("{z}", "2").replace("{x}", "0").replace("{y}", str(row))
        assert web.get(address.removeprefix("..")).data == PNG_TILE

    def test_examples_and_snippets_lead_to_tiles(self, layers: FakeLayers) -> None:
        layers.tiles["osm", WEBMERCATOR.name].put((2, 0, 1))
        web = client(layers, demo=DemoOptions())

        page = unescape(web.get("/demo/?tms_layer=osm", Host="maps.example").text)

        addresses = re.findall(r'tiles?(?:Layer\(|: \[)"(http://maps\.example/[^"]+)"', page)
        assert len(addresses) == 2
        for address in addresses:
            filled = address.replace("{z}", "2").replace("{x}", "0").replace("{y}", "1")
            assert web.get(filled.removeprefix("http://maps.example")).data == PNG_TILE

    def test_the_grid_is_chosen_by_name_or_by_srs(self, layers: FakeLayers) -> None:
        layers.add("two", WEBMERCATOR, UTM_GRID)
        web = client(layers, demo=DemoOptions())

        assert data_of(web, "/demo/?tms_layer=two")["srs"] == "EPSG:3857"
        assert data_of(web, "/demo/?tms_layer=two&srs=EPSG:25832&format=png")["srs"] == "EPSG:25832"
        assert data_of(web, "/demo/?tms_layer=two&grid=utm")["srs"] == "EPSG:25832"

    def test_levels_are_those_of_the_addresses(self) -> None:
        """Grids that divide by the root of 2 show every second level under ``/tiles``."""
        layers = FakeLayers()
        half = BBox(0.0, 0.0, 256000.0, 256000.0)
        srs = WEBMERCATOR.srs
        layers.add("fine", GridDefinition("sqrt2", srs, half, res_factor="sqrt2", num_levels=6, origin="nw").grid())

        data = data_of(client(layers, demo=DemoOptions()), "/demo/?tms_layer=fine")

        assert [round(resolution) for resolution in data["resolutions"]] == [1000, 500, 250]
        assert data["matrixSizes"] == [[1, 1], [2, 2], [4, 4]]

    def test_a_grid_that_wmts_cannot_offer_has_no_page_there(self, layers: FakeLayers) -> None:
        layers.add("geo", GEODETIC)
        web = client(layers, tms=None, demo=DemoOptions())

        assert not GEODETIC.supports_origin("nw")
        assert web.get("/demo/?wmts_layer=geo").status_code == 404

    def test_maps_have_the_srs_format_and_dimensions_that_are_asked_for(
        self, layers: FakeLayers, maps: FakeMaps
    ) -> None:
        web = client(layers, **maps.parts(), demo=DemoOptions())

        data = data_of(web, "/demo/?wms_layer=weather&srs=epsg:4326&format=image/jpeg&time=2020")
        usual = data_of(web, "/demo/?wms_layer=weather")

        assert (data["srs"], data["parameters"]["FORMAT"], data["parameters"]["time"]) == (
            "EPSG:4326",
            "image/jpeg",
            "2020",
        )
        assert usual["parameters"]["time"] == "2021"

    def test_srs_in_which_a_layer_has_tiles_are_marked_and_come_first(self, layers: FakeLayers, maps: FakeMaps) -> None:
        web = client(layers, **maps.parts(), demo=DemoOptions())

        page = web.get("/demo/?wms_layer=osm").text

        assert re.search(r'<option value="EPSG:3857" selected>EPSG:3857 \*</option>', page)

    @pytest.mark.parametrize("version", ["1.0.0", "1.1.1", "1.3.0"])
    def test_the_example_is_a_map(self, layers: FakeLayers, maps: FakeMaps, version: str) -> None:
        web = client(layers, **maps.parts(options=wms_options(versions=(version,))), demo=DemoOptions())

        page = Elements(web.get("/demo/?wms_layer=osm&srs=EPSG:4326").text)

        (example,) = [link for link in page.all("a", "href") if "GetMap" in link]
        query = parse_qs(example.partition("?")[2])
        corners = "-90,-180,90,180" if version == "1.3.0" else "-180,-90,180,90"
        assert query["bbox"] == [corners]
        answer = web.get(example.removeprefix("http://localhost"))
        assert (answer.status_code, answer.content_type) == (200, "image/png")


class TestBackground:
    def test_the_world_is_drawn_where_nothing_is_configured(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        data = data_of(web, "/demo/?tms_layer=osm")

        assert data["background"] is None
        answer = web.get(f"/demo/{data['world']}")
        assert (answer.status_code, answer.content_type) == (200, "application/geo+json")

    def test_only_srs_that_are_shown_are_drawn(self, layers: FakeLayers) -> None:
        web = client(layers, demo=DemoOptions())

        assert [web.get(f"/demo/world.json?srs={code}").status_code for code in ("EPSG:25832", "x", "")] == [404] * 3

    def test_a_configured_one_is_used_and_its_server_may_send_images(self, layers: FakeLayers) -> None:
        options = DemoOptions(background_url="https://{a-c}.tiles.example/{z}/{x}/{y}.png")
        web = client(layers, demo=options)

        data = data_of(web, "/demo/?tms_layer=osm")

        assert data["background"] == options.background_url
        policy = web.get("/demo/?tms_layer=osm").headers["Content-Security-Policy"]
        assert "img-src 'self' data: blob: https://*.tiles.example;" in policy


class TestPolicy:
    @pytest.mark.parametrize("page", ["", "?tms_layer=osm", "?wmts_capabilities", "?tms_layer=nothing"])
    def test_nothing_inside_a_page_can_run(self, layers: FakeLayers, page: str) -> None:
        answer = client(layers, demo=DemoOptions()).get(f"/demo/{page}")

        policy = answer.headers["Content-Security-Policy"]
        elements = Elements(answer.text)
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "x-content-type-options" in {name.lower() for name, _ in answer.headers}
        scripts = [attributes for name, attributes in elements.found if name == "script"]
        assert all("src" in script or script["type"] == "application/json" for script in scripts)
        assert all("style" not in attributes for _, attributes in elements.found)

    @pytest.mark.parametrize("page", ["", "?tms_layer=osm", "?wmts_capabilities", "world.json?srs=EPSG:3857"])
    @pytest.mark.parametrize(
        ("authorized", "status"), [("full", 200), ("partial", 403), ("none", 403), ("unauthenticated", 401)]
    )
    def test_pages_ask_for_permission(self, layers: FakeLayers, page: str, authorized: str, status: int) -> None:
        asked: list[tuple[str, list[str]]] = []

        def hook(service: str, names: list[str], environ: dict[str, Any], **_: Any) -> dict[str, Any]:
            asked.append((service, names))
            return {"authorized": authorized, "layers": {}}

        answer = client(layers, demo=DemoOptions()).get(f"/demo/{page}", environ={"mapproxy.authorize": hook})

        assert answer.status_code == status
        assert asked[0] == ("demo", [])

    def test_files_are_for_everybody(self, layers: FakeLayers) -> None:
        refuse = {"mapproxy.authorize": lambda *_, **__: {"authorized": "none"}}

        assert client(layers, demo=DemoOptions()).get("/demo/static/ol.css", environ=refuse).status_code == 200

"""The demo page, its files, and what it is told of the layers (spec/services.md, 7)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.fakes.catalogue import GEODETIC, PNG_TILE, SOUTHERN_WEBMERCATOR, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import WsgiClient, client
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmtsOptions

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, title="</script><b>")
    layers.add("south", SOUTHERN_WEBMERCATOR)
    return layers


def shown(web: WsgiClient) -> dict[str, Any]:
    answer = web.get("/demo/")
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    found = DATA.search(answer.text)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize("path", ["/demo", "/demo/x", "/demo/index.html", "/demo.x"])
def test_other_paths_lead_to_the_page(layers: FakeLayers, path: str) -> None:
    answer = client(layers, demo=DemoOptions()).get(path, Host="maps.example", X_Script_Name="/maps")

    assert (answer.status_code, answer.headers["Location"]) == (301, "http://maps.example/maps/demo/")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("ol.js", "text/javascript; charset=utf-8"),
        ("ol.css", "text/css; charset=utf-8"),
        ("demo.js", "text/javascript; charset=utf-8"),
        ("demo.css", "text/css; charset=utf-8"),
    ],
)
def test_the_files_of_the_page_are_served_and_asked_for_again(layers: FakeLayers, name: str, content_type: str) -> None:
    web = client(layers, demo=DemoOptions())

    answer = web.get(f"/demo/static/{name}")

    assert (answer.status_code, answer.content_type) == (200, content_type)
    assert web.get(f"/demo/static/{name}", If_None_Match=answer.headers["ETag"]).status_code == 304


@pytest.mark.parametrize("name", ["", "index.html", "../handler.py", "..%2fhandler.py", "/etc/passwd", "x.js"])
def test_nothing_else_is_served(layers: FakeLayers, name: str) -> None:
    answer = client(layers, demo=DemoOptions()).get(f"/demo/static/{name}")

    assert (answer.status_code, answer.text) == (404, "file not found")


def test_the_page_uses_only_files_that_are_served(layers: FakeLayers) -> None:
    web = client(layers, demo=DemoOptions())

    used = re.findall(r'(?:src|href)="(static/[^"]+)"', web.get("/demo/").text)

    assert used
    assert {web.get(f"/demo/{path}").status_code for path in used} == {200}


def test_the_page_knows_layers_and_services_and_text_cannot_end_its_script(layers: FakeLayers) -> None:
    data = shown(client(layers, demo=DemoOptions(background_url="https://tiles.example/{z}/{x}/{y}.png")))

    assert [(layer["name"], layer["title"]) for layer in data["layers"]] == [
        ("osm", "</script><b>"),
        ("south", "South"),
    ]
    assert data["background"] == "https://tiles.example/{z}/{x}/{y}.png"
    assert [service["url"] for service in data["services"]] == [
        "../wmts/1.0.0/WMTSCapabilities.xml",
        "../service?service=WMTS&request=GetCapabilities",
        "../tms/1.0.0/",
    ]


def test_only_services_that_are_offered_are_named(layers: FakeLayers) -> None:
    assert shown(client(layers, tms=None, wmts=None, demo=DemoOptions()))["services"] == []


@pytest.mark.parametrize(
    ("tms", "wmts"),
    [
        pytest.param(TmsOptions(), None, id="tiles"),
        pytest.param(TmsOptions(origin="sw"), None, id="tiles with an origin of their own"),
        pytest.param(TmsOptions(use_grid_names=True), None, id="tiles with grid names"),
        pytest.param(None, WmtsOptions(), id="WMTS by parameters"),
        pytest.param(None, WmtsOptions(kvp=False), id="WMTS by path"),
        pytest.param(
            None,
            WmtsOptions(
                kvp=False, restful_template="/{Style}/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}/{Time}"
            ),
            id="WMTS with a template of its own",
        ),
    ],
)
def test_addresses_of_tiles_lead_to_tiles(layers: FakeLayers, tms: TmsOptions | None, wmts: WmtsOptions | None) -> None:
    layers.tiles["osm", WEBMERCATOR.name].put((2, 0, 1))
    layers.tiles["south", SOUTHERN_WEBMERCATOR.name].put((2, 0, 1))
    web = client(layers, tms=tms, wmts=wmts, demo=DemoOptions())

    for layer in shown(web)["layers"]:
        (grid,) = layer["grids"]
        row = 1 if grid["origin"] == ("nw" if layer["name"] == "osm" else "sw") else 2
        address = grid["tiles"].replace("{z}", "2").replace("{x}", "0").replace("{y}", str(row))
        assert web.get(address.removeprefix("..")).data == PNG_TILE


def test_a_grid_that_no_service_offers_has_no_tiles(layers: FakeLayers) -> None:
    layers.add("geo", GEODETIC)

    data = shown(client(layers, tms=None, demo=DemoOptions()))

    assert data["layers"][-1]["grids"][0]["tiles"] is None


def test_levels_are_those_of_the_addresses() -> None:
    """Grids that divide by the root of 2 show every second level under ``/tiles``."""
    layers = FakeLayers()
    half = BBox(0.0, 0.0, 256000.0, 256000.0)
    srs = WEBMERCATOR.srs
    layers.add("fine", GridDefinition("sqrt2", srs, half, res_factor="sqrt2", num_levels=6, origin="nw").grid())

    (layer,) = shown(client(layers, demo=DemoOptions()))["layers"]

    assert [round(resolution) for resolution in layer["grids"][0]["resolutions"]] == [1000, 500, 250]
    assert layer["grids"][0]["matrixSizes"] == [[1, 1], [2, 2], [4, 4]]


@pytest.mark.parametrize(
    ("path", "authorized", "status"),
    [
        pytest.param("/demo/", "full", 200, id="full"),
        pytest.param("/demo/", "partial", 403, id="partial is not enough"),
        pytest.param("/demo/", "none", 403, id="none"),
        pytest.param("/demo/", "unauthenticated", 401, id="unauthenticated"),
        pytest.param("/demo/static/ol.css", "none", 200, id="files are for everybody"),
    ],
)
def test_the_page_asks_for_permission(layers: FakeLayers, path: str, authorized: str, status: int) -> None:
    asked: list[tuple[str, list[str]]] = []

    def hook(service: str, names: list[str], environ: dict[str, Any]) -> dict[str, Any]:
        asked.append((service, names))
        return {"authorized": authorized, "layers": {}}

    answer = client(layers, demo=DemoOptions()).get(path, environ={"mapproxy.authorize": hook})

    assert answer.status_code == status
    assert asked == ([("demo", [])] if path == "/demo/" else [])

"""Real map clients ask a real map server about places through Tilekeep: OWSLib and QGIS, MapServer behind it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree
from owslib.util import ServiceException  # type: ignore[import-untyped]
from owslib.wms import WebMapService  # type: ignore[import-untyped]
from owslib.wmts import WebMapTileService  # type: ignore[import-untyped]

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.qgis import Identified, Question, identify
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask

CONFIG = """
services:
  wms:
    srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832']
    versions: ['1.1.1', '1.3.0']
  wmts:
    featureinfo_formats:
      - {{mimetype: text/plain, suffix: txt}}
      - {{mimetype: text/html, suffix: html}}
      - {{mimetype: application/vnd.ogc.gml, suffix: gml}}
layers:
  - {{name: land, title: Land, sources: [land]}}
  - {{name: both, title: Both, sources: [land, towns]}}
  - {{name: degrees_only, title: Asked in degrees, sources: [degrees_only]}}
  - {{name: newer, title: By WMS 1.3.0, sources: [newer]}}
  - {{name: photo, title: Photograph, sources: [photo]}}
grids:
  mercator: {{base: GLOBAL_WEBMERCATOR, num_levels: 8}}
caches:
  land: {{grids: [mercator], sources: [land]}}
  towns: {{grids: [mercator], sources: [towns]}}
  degrees_only: {{grids: [GLOBAL_GEODETIC], sources: [degrees_only]}}
  newer: {{grids: [mercator], sources: [newer]}}
  photo: {{grids: [mercator], sources: [photo]}}
sources:
  land: {{type: wms, req: {{url: '{url}', layers: land}}, wms_opts: {{featureinfo: true}}}}
  towns: {{type: wms, req: {{url: '{url}', layers: 'land,roads'}}, wms_opts: {{featureinfo: true}}}}
  degrees_only:
    type: wms
    req: {{url: '{url}', layers: land}}
    supported_srs: ['EPSG:4326']
    wms_opts: {{version: 1.3.0, featureinfo: true}}
  newer: {{type: wms, req: {{url: '{url}', layers: land}}, wms_opts: {{version: 1.3.0, featureinfo: true}}}}
  photo: {{type: wms, req: {{url: '{url}', layers: photo}}}}
"""

#: A map in web mercator, and the island at (100, 80) of its 256 pixels each way.
BOX = (500000.0, 5500000.0, 1300000.0, 6300000.0)
SIZE = (256, 256)
PLACE = (500000.0 + 100.5 * 3125, 6300000.0 - 80.5 * 3125)
ISLAND = "Island 8-9"


@pytest.fixture(scope="module")
def server(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    with tilekeep(tmp_path_factory.mktemp("tilekeep"), CONFIG.format(url=mapserver_of_session.fcgi_url)) as running:
        yield running


def question(layers: str, info_format: str, version: str = "1.1.1", **more: str) -> str:
    x, y, srs = ("i", "j", "crs") if version == "1.3.0" else ("x", "y", "srs")
    given = {
        "service": "WMS", "request": "GetFeatureInfo", "version": version, "layers": layers, "query_layers": layers,
        "styles": "", srs: "EPSG:3857", "bbox": ",".join(map(str, BOX)), "width": "256", "height": "256",
        "format": "image/png", x: "100", y: "80", "info_format": info_format, **more,
    }  # fmt: skip
    return f"/service?{urlencode(given)}"


class TestMapServer:
    @pytest.mark.parametrize("info_format", ["text/plain", "text/html", "application/vnd.ogc.gml"])
    @pytest.mark.parametrize("layer", ["land", "newer", "degrees_only"])
    def test_every_format_comes_through(self, server: Server, layer: str, info_format: str) -> None:
        answer = ask(server.url + question(layer, info_format))

        assert (answer.status, answer.media_type) == (200, info_format)
        assert ISLAND in answer.body.decode()

    def test_what_several_layers_say_is_one_document(self, server: Server) -> None:
        answer = ask(server.url + question("both", "application/vnd.ogc.gml"))

        root = etree.fromstring(answer.body)
        assert [element.tag for element in root] == ["land_layer", "land_layer"]

    def test_a_format_that_the_server_does_not_know_is_an_error(self, server: Server) -> None:
        answer = ask(server.url + question("land", "application/json"))

        assert answer.status == 500
        assert b"no feature info from source WMS" in answer.body
        assert "Unsupported INFO_FORMAT" in server.log

    @pytest.mark.parametrize("info_format", ["text/plain", "text/html", "application/vnd.ogc.gml"])
    @pytest.mark.parametrize("layers", ["land", "both", "degrees_only", "newer", "land,newer"])
    def test_mapproxy_says_the_same(self, server: Server, reference: Server, layers: str, info_format: str) -> None:
        path = question(layers, info_format, version="1.3.0", feature_count="3")

        theirs, ours = ask(reference.url + path), ask(server.url + path)

        assert (ours.status, ours.headers["content-type"]) == (theirs.status, theirs.headers["content-type"])
        assert _words(ours.body) == _words(theirs.body)


@pytest.fixture(scope="module")
def reference(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with mapproxy(tmp_path_factory.mktemp("mapproxy"), CONFIG.format(url=mapserver_of_session.fcgi_url)) as running:
        yield running


def _words(body: bytes) -> list[str]:
    """What is said, apart from how a page is put around it."""
    text = body.decode()
    for markup in ("<html>", "<body>", "</html>", "</body>"):
        text = text.replace(markup, "")
    return text.split()


class TestOwslib:
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_wms(self, server: Server, version: str) -> None:
        service = WebMapService(f"{server.url}/service", version=version)

        answer = service.getfeatureinfo(
            layers=["land"], styles=[""], srs="EPSG:3857", bbox=BOX, size=SIZE, format="image/png",
            query_layers=["land"], info_format="text/plain", xy=(100, 80),
        )  # fmt: skip

        assert ISLAND in answer.read().decode()
        assert {name: layer.queryable for name, layer in service.contents.items()} == {
            "land": 1, "both": 1, "degrees_only": 1, "newer": 1, "photo": 0,
        }  # fmt: skip
        xml = "text/xml" if version == "1.3.0" else "application/vnd.ogc.gml"
        assert service.getOperationByName("GetFeatureInfo").formatOptions == ["text/plain", "text/html", xml]

    def test_wms_says_why_it_cannot_answer(self, server: Server) -> None:
        service = WebMapService(f"{server.url}/service", version="1.1.1")

        with pytest.raises(ServiceException, match="layer photo is not queryable"):
            service.getfeatureinfo(
                layers=["photo"], styles=[""], srs="EPSG:3857", bbox=BOX, size=SIZE, format="image/png",
                query_layers=["photo"], info_format="text/plain", xy=(100, 80),
            )  # fmt: skip

    def test_wmts_by_the_address_in_its_document(self, server: Server) -> None:
        """It has no method for the request itself."""
        service = WebMapTileService(f"{server.url}/wmts/1.0.0/WMTSCapabilities.xml")

        land, photo = service.contents["land"], service.contents["photo"]
        (template,) = (
            found["template"]
            for found in land.resourceURLs
            if (found["resourceType"], found["format"]) == ("FeatureInfo", "text/plain")
        )
        place = {"{TileMatrixSet}": "mercator", "{TileMatrix}": "05", "{TileCol}": "16", "{TileRow}": "10"}
        for name, value in {**place, "{I}": "166", "{J}": "185"}.items():
            template = template.replace(name, value)
        answer = ask(template)

        assert (land.infoformats, photo.infoformats) == (["text/plain", "text/html", "application/vnd.ogc.gml"], [])
        assert (answer.status, ISLAND in answer.body.decode()) == (200, True), answer.body


_WMS = "crs=EPSG:3857&format=image/png&layers=land&styles"
_WMTS = "crs=EPSG:3857&format=image/png&layers=land&styles=default&tileMatrixSet=mercator"

#: Layers in projects of QGIS, and the form in which somebody who clicks wants to be told.
CLICKS = {
    "WMS text": (f"{_WMS}&url={{url}}/service?", "text"),
    "WMS HTML": (f"{_WMS}&url={{url}}/service?", "html"),
    "WMS 1.1.1 text": (f"{_WMS}&version=1.1.1&url={{url}}/service?", "text"),
    "WMTS by parameters": (f"{_WMTS}&url={{url}}/service?service=WMTS%26request=GetCapabilities", "text"),
    "WMTS by path": (f"{_WMTS}&url={{url}}/wmts/1.0.0/WMTSCapabilities.xml", "html"),
}


@pytest.fixture(scope="module")
def clicks(server: Server) -> dict[str, Identified]:
    """What QGIS makes of all of them, asked in one process: its start takes seconds."""
    questions = [Question(uri.format(url=server.url), PLACE, BOX, SIZE, kind) for uri, kind in CLICKS.values()]
    return dict(zip(CLICKS, identify(questions), strict=True))


@pytest.mark.parametrize("name", CLICKS)
def test_a_click_in_qgis_is_answered(clicks: dict[str, Identified], name: str) -> None:
    found = clicks[name]

    assert (found.valid, found.can) == (True, True), found.said
    assert ISLAND in "".join(found.said)


@pytest.mark.service("gdallocationinfo")
@pytest.mark.parametrize("layer", ["land", "newer", "degrees_only"])
def test_gdal_asks_about_a_place(server: Server, require_program: Callable[[str], Path], layer: str) -> None:
    west, south, east, north = BOX
    description = f"""
        <GDAL_WMS>
          <Service name="WMS">
            <Version>1.1.1</Version><ServerUrl>{server.url}/service?</ServerUrl>
            <Layers>{layer}</Layers><SRS>EPSG:3857</SRS><ImageFormat>image/png</ImageFormat>
          </Service>
          <DataWindow>
            <UpperLeftX>{west}</UpperLeftX><UpperLeftY>{north}</UpperLeftY>
            <LowerRightX>{east}</LowerRightX><LowerRightY>{south}</LowerRightY>
            <SizeX>256</SizeX><SizeY>256</SizeY>
          </DataWindow>
          <Projection>EPSG:3857</Projection><BandsCount>3</BandsCount>
        </GDAL_WMS>""".strip()

    command = [str(require_program("gdallocationinfo")), "-xml", description, "100", "80"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    assert ISLAND in answer

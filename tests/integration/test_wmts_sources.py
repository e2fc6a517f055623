"""Web map tile services as sources: MapProxy 7.0.0, another Tilekeep, and servers with capabilities of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_wms, plain
from tests.integration.support.upstream_server import Reply, UpstreamServer, image_reply

SERVER = """
services: {{wmts: {{kvp: {kvp}, restful: {restful}}}, tms: }}
layers: [{{name: world, title: World, sources: [world]}}, {{name: photo, title: Photo, sources: [photo]}}]
grids:
  degrees: {{srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 8}}
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, degrees, utm], sources: [world]}}
  photo: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], format: image/jpeg}}
sources: {{world: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""

CONFIG = """
services: {{tms: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: photo, title: Photo, sources: [photo]}}
  - {{name: shifted, title: Another grid, sources: [shifted]}}
  - {{name: nothing, title: No such layer, sources: [nothing]}}
grids:
  mine: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: sw, num_levels: 6}}
  shifted: {{srs: 'EPSG:25832', bbox: [3000, 5000000, 1003000, 6000000], origin: nw, num_levels: 8}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC, mine], sources: [world]}}
  photo: {{grids: [GLOBAL_WEBMERCATOR], sources: [photo]}}
  shifted: {{grids: [shifted], sources: [world]}}
  nothing: {{grids: [GLOBAL_WEBMERCATOR], sources: [nothing]}}
sources:
  world: {{type: wmts, url: "{capabilities}", layer: world}}
  photo: {{type: wmts, url: "{capabilities}", layer: photo}}
  nothing:
    type: wmts
    url: "{capabilities}"
    layer: nothing
    on_error: {{404: {{response: transparent, cache: true}}, other: {{response: transparent, cache: true}}}}
"""

KVP = "/service?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0"
REST = "/wmts/1.0.0/WMTSCapabilities.xml"


@pytest.fixture(scope="module")
def wms() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((mapproxy, "true", "false", KVP), id="MapProxy by parameters"),
        pytest.param((mapproxy, "false", "true", REST), id="MapProxy by path"),
        pytest.param((tilekeep, "true", "true", REST), id="Tilekeep by path"),
    ],
)
def both(
    request: pytest.FixtureRequest, wms: UpstreamServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """A WMTS, and Tilekeep with it as a source."""
    program, kvp, restful, capabilities = request.param
    with ExitStack() as stack:
        config = SERVER.format(url=wms.url, kvp=kvp, restful=restful)
        server = stack.enter_context(program(tmp_path_factory.mktemp("server"), config, workers=1))
        own = CONFIG.format(capabilities=server.url + capabilities)
        yield server, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), own, workers=1))


@pytest.mark.parametrize(
    ("place", "at_server"),
    [
        ("world/EPSG3857/3/4/2.png", "world/EPSG3857/3/4/2.png"),
        ("world/EPSG4326/3/4/2.png", "world/EPSG4326/3/4/1.png"),
        ("world/EPSG25832/2/1/3.png", "world/EPSG25832/2/1/0.png"),
        ("photo/EPSG3857/3/4/2.png", "photo/EPSG3857/3/4/2.jpeg"),
    ],
    ids=["the same grid", "degrees", "rows counted from the other end", "another format"],
)
def test_tiles_are_those_of_the_server(both: tuple[Server, Server], place: str, at_server: str) -> None:
    server, ours = both

    answer, expected = ask(f"{ours.url}/tiles/{place}"), ask(f"{server.url}/tiles/{at_server}")

    assert (answer.status, expected.status) == (200, 200), ours.log_file.read_text()[-2000:]
    assert answer.body == expected.body
    assert answer.media_type == expected.media_type


@pytest.mark.parametrize(
    ("layer", "place", "reason"),
    [
        (
            "shifted",
            "EPSG25832/2/1/2",
            "utm: its tiles begin at 0,6000000 (nw) and those of shifted at 3000,6000000 (nw)",
        ),
        ("nothing", "EPSG3857/2/1/2", "there is no layer 'nothing', but 'world', 'photo'"),
    ],
)
def test_what_the_server_lacks_is_named_in_the_log_and_never_stored(
    both: tuple[Server, Server], layer: str, place: str, reason: str
) -> None:
    server, ours = both

    answer = ask(f"{ours.url}/tiles/{layer}/{place}.png")

    assert answer.status == 500
    assert reason in ours.log_file.read_text()
    assert server.url.encode() not in answer.body
    assert not list(ours.directory.glob(f"cache_data/{layer}_*/**/*.png"))


CAPABILITIES = """<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
 <Contents>
  <Layer>
   <ows:Identifier>a</ows:Identifier>
   <Style><ows:Identifier>other</ows:Identifier></Style>
   <Style isDefault="true"><ows:Identifier>usual</ows:Identifier></Style>
   <Format>image/png</Format>
   <Dimension><ows:Identifier>Time</ows:Identifier><Default>2026</Default><Value>2025</Value></Dimension>
   <TileMatrixSetLink>
    <TileMatrixSet>world</TileMatrixSet>
    <TileMatrixSetLimits><TileMatrixLimits><TileMatrix>one</TileMatrix>
     <MinTileRow>0</MinTileRow><MaxTileRow>0</MaxTileRow><MinTileCol>0</MinTileCol><MaxTileCol>0</MaxTileCol>
    </TileMatrixLimits></TileMatrixSetLimits>
   </TileMatrixSetLink>
   <ResourceURL format="image/png" resourceType="tile"
    template="TEMPLATE"/>
  </Layer>
  <TileMatrixSet>
   <ows:Identifier>world</ows:Identifier>
   <ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>
   <TileMatrix><ows:Identifier>zero</ows:Identifier><ScaleDenominator>559082264.0287178</ScaleDenominator>
    <TopLeftCorner>-20037508.342789244 20037508.342789244</TopLeftCorner><TileWidth>256</TileWidth>
    <TileHeight>256</TileHeight><MatrixWidth>1</MatrixWidth><MatrixHeight>1</MatrixHeight></TileMatrix>
   <TileMatrix><ows:Identifier>one</ows:Identifier><ScaleDenominator>279541132.0143589</ScaleDenominator>
    <TopLeftCorner>-20037508.342789244 20037508.342789244</TopLeftCorner><TileWidth>256</TileWidth>
    <TileHeight>256</TileHeight><MatrixWidth>2</MatrixWidth><MatrixHeight>2</MatrixHeight></TileMatrix>
  </TileMatrixSet>
 </Contents>
</Capabilities>
"""
SINGLE = """
services: {{tms: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [a]}}}}
sources: {{a: {{type: wmts, url: "{url}/capabilities", layer: a, http: {{headers: {{X-Key: hunter2}}}}}}}}
"""


def test_identifiers_styles_and_dimensions_are_those_of_the_document(
    wms: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    text = CAPABILITIES.replace("TEMPLATE", "tiles/{Style}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}-{TileRow}.png")
    wms.on("/capabilities", Reply(body=text.encode(), headers={"Content-Type": "text/xml"}))
    wms.on("/tiles/usual/2026/world/one/0-0.png", image_reply(plain((256, 256))))
    ours = tilekeep_server(SINGLE.format(url=wms.url), workers=1)
    wms.forget()

    there, beyond_limits, beyond_levels = (
        ask(f"{ours.url}/tiles/a/EPSG3857/{place}.png") for place in ("1/0/0", "1/1/1", "2/0/0")
    )

    assert [answer.status for answer in (there, beyond_limits, beyond_levels)] == [200, 200, 200]
    assert there.body == plain((256, 256))
    assert [request.path for request in wms.requests] == ["/capabilities", "/tiles/usual/2026/world/one/0-0.png"]
    assert [request.headers.get("x-key") for request in wms.requests] == ["hunter2", "hunter2"]


#: What servers may send instead of capabilities, or in them.
SENSELESS = {
    "a page": "<html><body>Sign in</body></html>",
    "half a document": "<Capabilities",
    "words for numbers": CAPABILITIES.replace("559082264", "large"),
    "files": CAPABILITIES.replace("TEMPLATE", "file:///{TileMatrix}/{TileCol}/{TileRow}"),
    "no place for rows": CAPABILITIES.replace("TEMPLATE", "{TileMatrix}/{TileCol}"),
    "entities": CAPABILITIES.replace(
        "<Capabilities", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><Capabilities"
    ).replace(">usual<", ">&e;<"),
    "depth": "<a>" * 5000,
}


def test_documents_that_mean_nothing_are_failures_of_the_source(
    wms: UpstreamServer, tilekeep_server: Callable[..., Server]
) -> None:
    """Each is asked for once, its server is left alone for a moment, and the log says why."""
    names = [f"d{number}" for number in range(len(SENSELESS))]
    for name, document in zip(names, SENSELESS.values(), strict=True):
        wms.on(f"/{name}", Reply(body=document.encode(), headers={"Content-Type": "text/xml"}))
    config = {
        "services": {"tms": None},
        "globals": {"cache": {"failure_seconds": 0}},
        "layers": [{"name": name, "title": name, "sources": [name]} for name in names],
        "caches": {name: {"grids": ["GLOBAL_WEBMERCATOR"], "sources": [name]} for name in names},
        "sources": {name: {"type": "wmts", "url": f"{wms.url}/{name}", "layer": "a"} for name in names},
    }
    ours = tilekeep_server(json.dumps(config), workers=1)
    wms.forget()

    answers = [ask(f"{ours.url}/tiles/{name}/EPSG3857/1/0/0.png") for name in names for _ in range(2)]

    assert [answer.status for answer in answers] == [500] * 2 * len(names)
    assert [request.path for request in wms.requests] == [f"/{name}" for name in names]
    assert not any(b"127.0.0.1" in answer.body for answer in answers)
    log = ours.log_file.read_text()
    assert [name for name in names if f"source {name}: what its server has could not be found out" not in log] == []


def test_secrets_are_not_for_other_servers(wms: UpstreamServer, tilekeep_server: Callable[..., Server]) -> None:
    with UpstreamServer() as other:
        text = CAPABILITIES.replace("TEMPLATE", f"{other.url}/{{TileMatrix}}/{{TileCol}}-{{TileRow}}.png")
        wms.on("/capabilities", Reply(body=text.encode()))
        other.on("/one/0-0.png", image_reply(plain((256, 256))))
        ours = tilekeep_server(SINGLE.format(url=wms.url), workers=1)

        answer = ask(f"{ours.url}/tiles/a/EPSG3857/1/0/0.png")

        assert answer.status == 200
        assert [request.headers.get("x-key") for request in other.requests] == [None]

"""MapServer as a program on this machine: maps, legends and feature info are those that MapProxy 7.0.0 gets of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from PIL import ImageChops

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver_data import write_world
from tests.integration.services.process import Server
from tests.integration.services.programs import find_program
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.pixel_difference import Tolerance, difference

CONFIG = """
globals:
  mapserver: {{binary: '{mapserv}'}}
services:
  tms: {{use_grid_names: true}}
  wms: {{srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832'], versions: ['1.1.1', '1.3.0'], image_formats: [image/png]}}
layers:
  - {{name: land, title: Land, sources: [land]}}
  - {{name: tagged, title: Some layers, sources: [tagged]}}
  - {{name: jpeg, title: JPEG, sources: [jpeg]}}
  - {{name: degrees, title: Drawn in degrees, sources: [degrees]}}
  - {{name: styled, title: With a style, sources: [styled]}}
  - {{name: direct, title: Not cached, sources: [world, 'all:roads']}}
  - {{name: broken, title: A layer that is not there, sources: [broken]}}
grids:
  web: {{base: GLOBAL_WEBMERCATOR, num_levels: 8}}
caches:
  land: {{grids: [web], sources: [world]}}
  tagged: {{grids: [web], sources: ['all:land,towns']}}
  # Of lower quality than what the server sends, which Tilekeep would cut otherwise instead of encoding it again.
  jpeg:
    {{grids: [web], sources: [photo], format: image/jpeg, image: {{encoding_options: {{jpeg_quality: 60}}}}}}
  degrees: {{grids: [web], sources: [degrees]}}
  styled: {{grids: [web], sources: [styled]}}
  broken: {{grids: [web], sources: [broken]}}
sources:
  world:
    type: mapserver
    req: {{layers: land, map: world.map, transparent: true}}
    wms_opts: {{version: 1.3.0, featureinfo: true, legendgraphic: true}}
  all: {{type: mapserver, req: {{map: '{world}/world.map'}}, concurrent_requests: 1}}
  photo:
    type: mapserver
    req: {{map: world.map, layers: photo}}
    supported_formats: [image/jpeg]
    image: {{colors: 0}}
    mapserver: {{working_dir: '{world}'}}
  degrees:
    type: mapserver
    req: {{map: world.map, layers: 'land,roads', transparent: true}}
    supported_srs: ['EPSG:4326']
  styled: {{type: mapserver, req: {{map: world.map, layers: land, sld: 'file://red.sld'}}, {get} }}
  broken: {{type: mapserver, req: {{map: world.map, layers: nothing}}}}
"""

SLD = """<StyledLayerDescriptor version="1.0.0"><NamedLayer><Name>land</Name><UserStyle><FeatureTypeStyle><Rule>
<PolygonSymbolizer><Fill><CssParameter name="fill">#ff0000</CssParameter></Fill></PolygonSymbolizer>
</Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"""


#: Pixels on edges are mixed in other shares.
RESAMPLED = Tolerance(mean=4.0, far=40, share=0.03)


class Pair(NamedTuple):
    """Both programs, each with a cache and a world of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        return ask(self.reference.url + path), ask(self.ours.url + path)


def _world(directory: Path) -> tuple[Path, str, dict[str, str]]:
    write_world(directory)
    (directory / "red.sld").write_text(SLD)
    # MapProxy sends every style by POST unless told otherwise, which no CGI client of its can do.
    config = CONFIG.format(mapserv=find_program("mapserv"), world=directory, get="http: {method: GET}")
    return directory, config, {"MAPSERVER_CONFIG_FILE": str(directory / "mapserver.conf")}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        directory, config, env = _world(tmp_path_factory.mktemp("reference"))
        reference = stack.enter_context(mapproxy(directory, config, env=env))
        directory, config, env = _world(tmp_path_factory.mktemp("ours"))
        yield Pair(reference, stack.enter_context(tilekeep(directory, config, env=env)))


def _map(layers: str, srs: str = "EPSG:3857", box: str = "500000,5500000,1300000,6300000") -> str:
    given = {
        "service": "WMS", "request": "GetMap", "version": "1.1.1", "layers": layers, "styles": "", "srs": srs,
        "bbox": box, "width": "256", "height": "256", "format": "image/png",
    }  # fmt: skip
    return f"/service?{urlencode(given)}"


@pytest.mark.parametrize(
    "path",
    [
        "/tms/1.0.0/land/web/0/0/0.png",
        "/tms/1.0.0/land/web/5/33/40.png",
        "/tms/1.0.0/tagged/web/3/9/10.png",
        "/tms/1.0.0/jpeg/web/2/4/4.jpeg",
        "/tms/1.0.0/styled/web/3/8/10.png",
        pytest.param(_map("direct"), id="map of the sources themselves"),
        pytest.param(_map("direct", "EPSG:25832", "400000,5000000,700000,5300000"), id="map in another SRS"),
    ],
)
def test_maps_have_the_same_pixels(pair: Pair, path: str) -> None:
    theirs, ours = pair.ask(path)

    assert (theirs.status, theirs.media_type) == (ours.status, ours.media_type)
    assert ours.status == 200
    assert ImageChops.difference(theirs.pixels(), ours.pixels()).getbbox(alpha_only=False) is None
    assert len(ours.pixels().getcolors(1 << 16) or []) > 1


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(_map("land"), id="map of a cache"),
        "/tms/1.0.0/degrees/web/3/8/10.png",
        pytest.param(_map("degrees", "EPSG:25832", "400000,5000000,700000,5300000"), id="map reprojected twice"),
    ],
)
def test_maps_that_are_scaled_or_reprojected_look_the_same(pair: Pair, path: str) -> None:
    """What is asked of MapServer is the same; how pixels are moved then is the affair of other tests."""
    theirs, ours = pair.ask(path)

    assert (theirs.status, ours.status) == (200, 200)
    assert difference(theirs.pixels(), ours.pixels(), RESAMPLED.far).within(RESAMPLED)


def test_a_style_is_sent(pair: Pair) -> None:
    answer = ask(pair.ours.url + "/tms/1.0.0/styled/web/3/8/10.png")

    colors = {color for _, color in answer.pixels().getcolors(1 << 16) or []}
    assert all(color[1:] == (0, 0, 255) for color in colors)
    assert (232, 0, 0, 255) in colors


@pytest.mark.parametrize("info_format", ["text/plain", "text/html", "application/vnd.ogc.gml"])
def test_places_are_told_the_same(pair: Pair, info_format: str) -> None:
    path = _map("land").replace("GetMap", "GetFeatureInfo")

    theirs, ours = pair.ask(f"{path}&query_layers=land&x=100&y=80&info_format={info_format}")

    assert (theirs.status, theirs.media_type) == (ours.status, ours.media_type)
    assert "Island 8-9" in ours.body.decode()
    assert _words(ours) == _words(theirs)


def _words(answer: Answer) -> list[str]:
    """What is said, apart from the page that MapProxy puts around it."""
    return re.sub(r"</?(?:html|body)>", "", answer.body.decode()).split()


def test_legends_are_the_same(pair: Pair) -> None:
    theirs, ours = pair.ask("/service?service=WMS&request=GetLegendGraphic&version=1.1.1&layer=land&format=image/png")

    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.pixels().size == ours.pixels().size
    assert ImageChops.difference(theirs.pixels(), ours.pixels()).getbbox(alpha_only=False) is None


def test_an_exception_under_a_success_is_a_failure_whose_text_only_the_log_has(pair: Pair) -> None:
    answer = ask(pair.ours.url + "/tms/1.0.0/broken/web/0/0/0.png")

    assert answer.status == 500
    assert b"no image returned from source WMS" in answer.body
    assert b"world.map" not in answer.body
    assert "Invalid layer(s) given in the LAYERS parameter" in pair.ours.log


def test_nobody_is_left_behind(pair: Pair) -> None:
    for column in range(4):
        ask(pair.ours.url + f"/tms/1.0.0/broken/web/2/{column}/0.png")

    processes = [Path(f"/proc/{pid.name}/stat") for pid in Path("/proc").iterdir() if pid.name.isdigit()]
    states = [_state(process) for process in processes]
    assert [state for name, state in states if name == "(mapserv)" and state == "Z"] == []


def _state(stat: Path) -> tuple[str, str]:
    try:
        _, name, state, *_ = stat.read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return "", ""
    return name, state

"""OGC API servers as sources: MapProxy 7.0.0 is the server, and the other client that Tilekeep is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.pixel_difference import Tolerance, difference
from tests.integration.support.upstream_server import UpstreamServer

UPSTREAM = """
services:
  ogcapi: {{map_srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832']}}
layers:
  - {{name: world, title: World, sources: [world]}}
globals: {{image: {{paletted: false}}}}
grids:
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}}
  utm_sw: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: sw, num_levels: 8}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC, utm, utm_sw], sources: [world]}}
sources:
  world: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
"""

CONFIG = """
services: {{tms: , wms: {{srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832', 'EPSG:31467']}}}}
globals: {{cache: {{failure_seconds: 0}}, image: {{paletted: false}}}}
layers:
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: degrees, title: Tiles in degrees, sources: [degrees]}}
  - {{name: local, title: Tiles in a local grid, sources: [local]}}
  - {{name: from_below, title: Tiles counted from below, sources: [from_below]}}
  - {{name: jpeg, title: JPEG tiles, sources: [jpeg]}}
  - {{name: unlike, title: Tiles of another grid, sources: [unlike]}}
  - {{name: maps, title: Maps, sources: [maps]}}
  - {{name: maps_in_mercator, title: Maps in one SRS, sources: [maps_in_mercator]}}
  - {{name: maps_in_utm, title: Maps with the northing first, sources: [maps_in_utm]}}
  - {{name: missing, title: A collection that is not there, sources: [missing]}}
  - {{name: named, title: Maps in the SRS of the server, sources: [named]}}
  - {{name: seeded, title: For seeding only, sources: [seeded]}}
  - {{name: direct, title: Direct maps, sources: [maps]}}
grids:
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}}
  utm_sw: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: sw, num_levels: 8}}
  shifted: {{srs: 'EPSG:25832', bbox: [3000, 5000000, 1003000, 6000000], origin: nw, num_levels: 8}}
caches:
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles]}}
  degrees: {{grids: [GLOBAL_GEODETIC], sources: [degrees]}}
  local: {{grids: [utm], sources: [named]}}
  from_below: {{grids: [utm_sw], sources: [below]}}
  jpeg: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: image/jpeg}}
  unlike: {{grids: [shifted], sources: [named]}}
  maps: {{grids: [GLOBAL_WEBMERCATOR], sources: [maps]}}
  maps_in_mercator: {{grids: [GLOBAL_GEODETIC], sources: [mercator]}}
  maps_in_utm: {{grids: [utm], sources: [utm]}}
  seeded: {{grids: [GLOBAL_WEBMERCATOR], sources: [seeded]}}
  named: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [all]}}
  missing: {{grids: [GLOBAL_WEBMERCATOR], sources: [missing]}}
sources:
  tiles: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: world, tile_matrix_set_id: WebMercatorQuad}}
  degrees: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: world}}
  named: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi/", collection: world, tile_matrix_set_id: utm}}
  below: {{type: ogcapitiles, landingpage_url: "{url}/ogcapi", collection: world, tile_matrix_set_id: utm_sw}}
  maps: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world, supported_srs: ['EPSG:3857']}}
  mercator: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world, supported_srs: ['EPSG:3857']}}
  utm: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world, supported_srs: ['EPSG:25832']}}
  seeded: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world, seed_only: true}}
  all: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world, transparent: true}}
  missing:
    type: ogcapitiles
    landingpage_url: "{url}/ogcapi"
    collection: nothing
    on_error: {{404: {{response: transparent, cache: true}}}}
"""


def _map(srs: str, bbox: str) -> str:
    return (
        f"/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=direct&STYLES=&SRS={srs}&BBOX={bbox}"
        "&WIDTH=300&HEIGHT=300&FORMAT=image/png"
    )


class Programs(NamedTuple):
    """The server, and both programs that have it as a source."""

    server: Server
    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        return ask(self.reference.url + path), ask(self.ours.url + path)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with ExitStack() as stack:
        wms = stack.enter_context(UpstreamServer())
        wms.on("/wms", draw_wms)
        server = stack.enter_context(mapproxy(tmp_path_factory.mktemp("server"), UPSTREAM.format(url=wms.url)))
        config = CONFIG.format(url=server.url)
        reference, ours = (
            stack.enter_context(program(tmp_path_factory.mktemp(program.__name__), config, workers=1))
            for program in (mapproxy, tilekeep)
        )
        yield Programs(server, reference, ours)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/tiles/tiles/EPSG3857/3/4/2.png", id="the tiles of the world"),
        pytest.param("/tiles/local/EPSG25832/2/1/2.png", id="tiles of a local grid"),
        pytest.param("/tiles/from_below/EPSG25832/2/1/3.png", id="tiles counted from below"),
        pytest.param("/tiles/maps/EPSG3857/3/4/2.png", id="maps"),
        pytest.param("/tiles/maps_in_mercator/EPSG4326/3/4/2.png", id="maps drawn anew in another SRS"),
        pytest.param("/tiles/maps_in_utm/EPSG25832/3/2/2.png", id="maps in an SRS of the server"),
        pytest.param(_map("EPSG:3857", "-1000000,5000000,2000000,8000000"), id="a direct map"),
        pytest.param(_map("EPSG:31467", "3000000,5000000,4000000,6000000"), id="a direct map drawn anew"),
    ],
)
def test_pictures_show_the_same(programs: Programs, path: str) -> None:
    theirs, ours = programs.ask(path)

    assert (theirs.status, ours.status) == (200, 200), ours.body
    assert difference(theirs.pixels(), ours.pixels(), 12).within(Tolerance(1.5, 12, 0.02))
    assert len(ours.pixels().getcolors(1 << 20) or []) > 20


class TestDeviations:
    """Where answers differ on purpose."""

    def test_tiles_in_degrees_are_those_of_longitude_first(self, programs: Programs) -> None:
        """The reference takes the two for different reference systems, and has no such tiles."""
        theirs, ours = programs.ask("/tiles/degrees/EPSG4326/3/4/2.png")
        at_server = ask(f"{programs.server.url}/ogcapi/collections/world/map/tiles/GLOBAL_GEODETIC/3/2/4.png")

        assert (theirs.status, ours.status, at_server.status) == (500, 200, 200)
        assert ours.body == at_server.body

    def test_a_source_for_seeding_only_is_not_asked_by_clients(self, programs: Programs) -> None:
        theirs, ours = programs.ask("/tiles/seeded/EPSG3857/3/4/2.png")

        assert len(theirs.pixels().getcolors(1 << 20) or []) > 20
        assert ours.pixels().getextrema()[3] == (0, 0)


def test_tiles_come_in_the_format_of_the_cache(programs: Programs) -> None:
    theirs, ours = programs.ask("/tiles/jpeg/EPSG3857/3/4/2.jpeg")

    assert (theirs.status, ours.status) == (200, 200)
    assert (theirs.media_type, ours.media_type) == ("image/jpeg", "image/jpeg")
    assert ours.image().format == "JPEG"


def test_tiles_of_a_grid_that_the_server_lacks_are_refused_for_what_differs(programs: Programs) -> None:
    _, ours = programs.ask("/tiles/unlike/EPSG25832/2/1/2.png")

    assert ours.status == 500
    assert (
        "the grid utm is not shifted: its tiles begin at 0,6000000 (nw) and those of shifted at 3000,6000000 (nw)"
        in (programs.ours.log_file.read_text())
    )


def test_a_collection_that_is_not_there_is_no_missing_tile(programs: Programs) -> None:
    """What stands for a tile with status 404 does not stand for it, and so is not stored everywhere."""
    theirs, ours = programs.ask("/tiles/missing/EPSG3857/3/4/2.png")

    assert (theirs.status, ours.status) == (500, 500)
    assert programs.server.url.encode() not in ours.body
    assert not list(programs.ours.directory.glob("cache_data/missing_*/**/*.png"))


def test_maps_are_drawn_in_an_srs_that_the_server_names(programs: Programs) -> None:
    for path in ("/tiles/named/EPSG3857/3/4/2.png", "/tiles/named/EPSG4326/5/17/11.png"):
        answer = ask(programs.ours.url + path)

        assert answer.status == 200, programs.server.log_file.read_text()[-3000:]
        assert answer.pixels().size == (256, 256)
        assert len(answer.pixels().getcolors(1 << 20) or []) > 20

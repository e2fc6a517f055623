"""The same configuration on the same map server: Tilekeep answers what MapProxy 7.0.0 answers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from PIL import ImageChops

from tests.integration.services.mapcache import mapcache
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.capabilities import Capabilities, Layer, wmts_capabilities

CONFIG = """
services:
  tms:
  wmts:
    md: {{title: Side by side, abstract: The same twice}}
layers:
  - {{name: paletted, title: Paletted by default, sources: [paletted]}}
  - {{name: true_colour, title: True colour, sources: [true_colour]}}
  - {{name: jpeg, title: JPEG, sources: [jpeg]}}
  - {{name: jpeg_of_png, title: JPEG made from PNG, sources: [jpeg_of_png]}}
  - {{name: mixed, title: Mixed, sources: [mixed]}}
  - {{name: transparent, title: Transparent, sources: [transparent]}}
  - {{name: no_buffer, title: No buffer, sources: [no_buffer]}}
  - {{name: single, title: Tile by tile, sources: [single]}}
  - {{name: single_buffered, title: Tile by tile with buffer, sources: [single_buffered]}}
  - {{name: merged, title: Several sources, sources: [merged]}}
  - {{name: covered, title: Source with coverage, sources: [covered]}}
  - {{name: merged_covered, title: One of several sources with coverage, sources: [merged_covered]}}
  - {{name: limited, title: Source with resolutions, sources: [limited]}}
  - {{name: half, title: Half steps, sources: [half]}}
  - {{name: minimal, title: Minimal requests, sources: [minimal]}}
grids:
  utm:
    srs: 'EPSG:25832'
    bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54]
    origin: nw
    res: [4891.96, 1212.12, 333.333333333, 77.7]
  half_steps: {{base: GLOBAL_WEBMERCATOR, res_factor: sqrt2, num_levels: 12}}
  small: {{base: GLOBAL_WEBMERCATOR, num_levels: 8}}
caches:
  paletted: {{grids: [GLOBAL_MERCATOR, GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC, utm], sources: [map]}}
  true_colour: {{grids: [GLOBAL_WEBMERCATOR], sources: [photo], image: {{colors: 0}}}}
  # Of lower quality than what the server sends, which Tilekeep would cut otherwise instead of encoding it again.
  jpeg:
    {{grids: [GLOBAL_WEBMERCATOR, utm], sources: [photo], format: image/jpeg,
     image: {{encoding_options: {{jpeg_quality: 60}}}}}}
  jpeg_of_png: {{grids: [GLOBAL_WEBMERCATOR], sources: [photo], format: image/jpeg, request_format: image/png}}
  mixed: {{grids: [GLOBAL_WEBMERCATOR], sources: [land], format: mixed, request_format: image/png}}
  transparent: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [land]}}
  no_buffer: {{grids: [GLOBAL_WEBMERCATOR, utm], sources: [map], meta_buffer: 0}}
  single: {{grids: [utm, GLOBAL_GEODETIC], sources: [map], meta_size: [1, 1], meta_buffer: 0}}
  single_buffered: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], meta_size: [1, 1], meta_buffer: 20}}
  merged: {{grids: [GLOBAL_WEBMERCATOR, utm], sources: [photo, land, faint_roads]}}
  covered: {{grids: [GLOBAL_WEBMERCATOR, utm], sources: [covered]}}
  merged_covered: {{grids: [GLOBAL_WEBMERCATOR], sources: [photo, covered_land]}}
  limited: {{grids: [GLOBAL_WEBMERCATOR], sources: [limited]}}
  half: {{grids: [half_steps], sources: [map], meta_size: [3, 2], meta_buffer: 10}}
  minimal: {{grids: [small], sources: [map], minimize_meta_requests: true}}
sources:
  map: {{type: wms, req: {{url: "{wms}", layers: "land,roads,towns"}}}}
  photo: {{type: wms, req: {{url: "{wms}", layers: photo}}, image: {{colors: 0}}}}
  land: {{type: wms, req: {{url: "{wms}", layers: land, transparent: true}}, wms_opts: {{version: 1.3.0}}}}
  faint_roads:
    {{type: wms, req: {{url: "{wms}", layers: roads, transparent: true}}, image: {{opacity: 0.4}}}}
  covered:
    type: wms
    req: {{url: "{wms}", layers: "land,roads"}}
    coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
  covered_land:
    type: wms
    req: {{url: "{wms}", layers: "land,roads", transparent: true}}
    coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
  limited: {{type: wms, req: {{url: "{wms}", layers: land}}, min_res: 30000, max_res: 600}}
"""


# Over CGI, out of the tiles of others, and with the names of grids in addresses.
CONFIG_OF_CASCADE = """
services:
  tms: {{use_grid_names: true}}
  wmts:
    kvp: false
    restful: true
    restful_template: "/maps/{{Layer}}/{{TileMatrixSet}}/{{TileMatrix}}-{{TileCol}}-{{TileRow}}.{{Format}}"
layers:
  - {{name: cgi, title: Map server over CGI, sources: [cgi]}}
  - {{name: mapcache, title: Tiles of MapCache, sources: [mapcache]}}
  - {{name: mapproxy, title: Tiles of MapProxy, sources: [mapproxy]}}
  - {{name: tilekeep, title: Tiles of Tilekeep, sources: [tilekeep]}}
  - {{name: bulk, title: Tiles fetched in blocks, sources: [bulk]}}
  - {{name: jpeg, title: JPEG tiles, sources: [jpeg]}}
  - {{name: covered, title: Tiles inside a coverage, sources: [covered]}}
caches:
  cgi: {{grids: [GLOBAL_WEBMERCATOR], sources: [cgi]}}
  mapcache: {{grids: [GLOBAL_WEBMERCATOR], sources: [mapcache]}}
  mapproxy: {{grids: [GLOBAL_MERCATOR], sources: [mapproxy]}}
  tilekeep: {{grids: [GLOBAL_WEBMERCATOR], sources: [tilekeep]}}
  bulk: {{grids: [GLOBAL_WEBMERCATOR], sources: [tilekeep], bulk_meta_tiles: true, meta_size: [2, 2]}}
  jpeg: {{grids: [GLOBAL_WEBMERCATOR], sources: [jpeg], format: image/jpeg}}
  covered: {{grids: [GLOBAL_WEBMERCATOR], sources: [covered]}}
sources:
  cgi: {{type: wms, req: {{url: "{cgi}", layers: "land,roads"}}}}
  mapcache:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "{mapcache}/mapcache/wmts/1.0.0/world/default/GoogleMapsCompatible/%(z)s/%(y)s/%(x)s.png"
  mapproxy: {{type: tile, grid: GLOBAL_MERCATOR, url: "{mapproxy}/tiles/paletted/EPSG900913/%(tms_path)s.%(format)s"}}
  tilekeep: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{tilekeep}/tiles/paletted/EPSG3857/%(z)s/%(x)s/%(y)s.png"}}
  jpeg: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{tilekeep}/wmts/jpeg/GLOBAL_WEBMERCATOR/%(tms_path)s.jpeg"}}
  covered:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "{tilekeep}/tiles/paletted/EPSG3857/%(z)s/%(x)s/%(y)s.png"
    coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
"""

# What is asked for below each prefix, in both programs.  Levels, columns and rows in the numbering of the service;
# the tiles at the edges of local grids reach beyond them, those of one meta tile are asked for more than once.
_TMS = {
    "paletted/EPSG900913": ["0/0/0.png", "1/2/1.png", "4/17/18.png", "6/0/127.png"],
    "paletted/EPSG3857": ["0/1/1.png", "2/3/4.png", "2/4/4.png", "6/127/0.png", "11/2148/1403.png"],
    "paletted/EPSG4326": ["0/0/0.png", "2/5/2.png", "3/0/7.png", "7/200/100.png"],
    "paletted/EPSG25832": [
        "0/0/0.png",
        "1/1/1.png",
        "1/4/4.png",
        "1/0/0.png",
        "2/7/9.png",
        "2/14/14.png",
        "3/30/40.png",
    ],
    "true_colour/EPSG3857": ["0/0/0.png", "2/3/4.png", "2/2/4.png", "5/40/33.png"],
    "jpeg/EPSG3857": ["0/0/0.jpeg", "2/3/4.jpeg", "5/40/33.jpeg"],
    "jpeg/EPSG25832": ["0/0/0.jpeg", "1/4/0.jpeg", "2/3/4.jpeg"],
    "jpeg_of_png/EPSG3857": ["0/0/0.jpeg", "2/3/4.jpeg"],
    "mixed/EPSG3857": ["0/0/0.png", "7/133/150.png", "9/529/592.png", "9/531/592.png"],
    "transparent/EPSG3857": ["0/0/0.png", "2/3/4.png", "9/529/592.png"],
    "transparent/EPSG4326": ["0/1/0.png", "2/3/3.png"],
    "no_buffer/EPSG3857": ["0/0/0.png", "2/3/4.png", "2/4/4.png"],
    "no_buffer/EPSG25832": ["0/0/0.png", "1/4/4.png", "1/4/0.png", "2/13/13.png"],
    "single/EPSG25832": ["0/0/0.png", "1/4/0.png", "2/7/7.png"],
    "single/EPSG4326": ["0/0/0.png", "1/2/1.png"],
    "single_buffered/EPSG3857": ["0/0/0.png", "1/2/1.png"],
    "merged/EPSG3857": ["0/0/0.png", "2/3/4.png", "5/40/33.png"],
    "merged/EPSG25832": ["0/0/0.png", "1/3/2.png", "1/4/4.png"],
    "covered/EPSG3857": ["3/8/10.png", "4/16/20.png", "4/17/21.png", "4/2/3.png"],
    "covered/EPSG25832": ["0/0/0.png", "1/3/2.png", "2/0/0.png"],
    "merged_covered/EPSG3857": ["4/17/21.png", "4/2/3.png"],
    "limited/EPSG3857": ["0/0/0.png", "2/4/4.png", "6/70/80.png", "10/500/600.png"],
    "half/EPSG3857": ["0/1/0.png", "2/3/4.png", "4/30/1.png"],
    "minimal/EPSG3857": ["2/3/4.png"],
}
_TILES = {
    "paletted/EPSG3857": ["0/0/0.png", "2/3/1.png"],
    "paletted/EPSG4326": ["0/0/0.png", "2/3/1.png", "2/3/1.png?origin=nw"],
    "paletted_EPSG900913": ["5/3/20.png?origin=nw", "5/3/20.png?origin=sw"],
    "paletted/EPSG25832": ["1/3/0.png", "1/3/0.png?origin=nw"],
    "jpeg/EPSG3857": ["0/0/0.jpeg", "3/3/3.jpeg?origin=sw"],
    "transparent/EPSG3857": ["0/0/0.png"],
    "merged/EPSG3857": ["0/0/0.png"],
    "mixed/EPSG3857": ["0/0/0.png"],
    "single_buffered/EPSG3857": ["0/0/0.png"],
    "half/EPSG3857": ["1/1/0.png", "2/3/2.png", "5/31/21.png?origin=sw"],
}
# Layer, matrix set and format, with level, column and row.
_WMTS = {
    "paletted GLOBAL_WEBMERCATOR png": ["0/0/0", "01/1/0", "6/33/21"],
    "paletted GLOBAL_MERCATOR png": ["1/1/0", "05/17/9"],
    "paletted utm png": ["00/0/0", "01/3/2", "02/14/14"],
    "jpeg utm jpeg": ["1/3/3"],
    "mixed GLOBAL_WEBMERCATOR png": ["3/4/2", "8/133/87"],
    "covered utm png": ["2/6/6"],
}


def _paths() -> Iterator[str]:
    for prefix, places in (("/tms/1.0.0/", _TMS), ("/tiles/", _TILES)):
        yield from (f"{prefix}{tiles}/{place}" for tiles, found in places.items() for place in found)
    for described, wanted in _WMTS.items():
        layer, matrix_set, image = described.split()
        for place in wanted:
            level, column, row = place.split("/")
            yield f"/wmts/{layer}/{matrix_set}/{place}.{image}"
            yield (
                f"/service?SERVICE=WMTS&request=GetTile&version=1.0.0&layer={layer}&style=default&format=image/{image}"
                f"&TileMatrixSet={matrix_set}&TileMatrix={level}&TileCol={column}&TileRow={row}"
            )


class Pair(NamedTuple):
    """Both programs, each with a cache of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        return ask(self.reference.url + path), ask(self.ours.url + path)


@pytest.fixture(scope="module")
def pair(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    config = CONFIG.format(wms=mapserver_of_session.fcgi_url)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield Pair(reference, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config)))


@pytest.fixture(scope="module")
def cascade(pair: Pair, mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both programs once more, with the first two and a MapCache as their upstreams."""
    with ExitStack() as stack:
        tiles = stack.enter_context(
            mapcache(tmp_path_factory.mktemp("mapcache"), "world", mapserver_of_session.fcgi_url, "land")
        )
        config = CONFIG_OF_CASCADE.format(
            cgi=mapserver_of_session.cgi_url,
            mapcache=tiles.url,
            mapproxy=pair.reference.url,
            tilekeep=pair.ours.url,
        )
        reference = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield Pair(reference, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config)))


@pytest.fixture(autouse=True)
def _running_map_server(mapserver_of_session: MapServer) -> None:
    """Other tests take it away and may leave it so."""
    if not mapserver_of_session.running:
        mapserver_of_session.start()


@pytest.mark.parametrize("path", [pytest.param(path, id=path) for path in _paths()])
def test_tiles_have_the_same_pixels(pair: Pair, path: str) -> None:
    """Without any tolerance, JPEG that is encoded again included: both cut, quantise and encode in the same steps."""
    theirs, ours = pair.ask(path)

    assert (theirs.status, theirs.headers["content-type"]) == (200, ours.headers["content-type"])
    assert ours.status == 200
    assert theirs.image().mode == ours.image().mode
    assert ImageChops.difference(theirs.pixels(), ours.pixels()).getbbox(alpha_only=False) is None


def test_the_tiles_compared_are_more_than_a_hundred_and_show_something(pair: Pair) -> None:
    tiles = [ask(pair.ours.url + path) for path in _paths()]

    pictures = [tile for tile in tiles if len(tile.pixels().getcolors(1 << 16) or []) != 1]
    assert len(tiles) > 100
    assert len(pictures) > 90
    assert {tile.media_type for tile in tiles} == {"image/png", "image/jpeg"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/tms/1.0.0/mapcache/GLOBAL_WEBMERCATOR/0/0/1.png", id="tile of MapCache"),
        pytest.param("/wmts/maps/mapcache/GLOBAL_WEBMERCATOR/03-4-2.png", id="tile of MapCache over WMTS"),
        pytest.param("/tms/1.0.0/mapproxy/GLOBAL_MERCATOR/0/0/1.png", id="tile of MapProxy"),
        pytest.param("/tiles/mapproxy/GLOBAL_MERCATOR/3/5/1.png?origin=nw", id="tile of MapProxy from the north-west"),
        pytest.param("/tiles/tilekeep/GLOBAL_WEBMERCATOR/3/5/1.png", id="tile of Tilekeep"),
        pytest.param("/wmts/maps/tilekeep/GLOBAL_WEBMERCATOR/2-1-3.png", id="tile of Tilekeep over WMTS"),
        pytest.param("/tiles/bulk/GLOBAL_WEBMERCATOR/5/17/11.png", id="tile of a block"),
        pytest.param("/tiles/jpeg/GLOBAL_WEBMERCATOR/4/8/5.jpeg", id="JPEG tile"),
        pytest.param("/tiles/covered/GLOBAL_WEBMERCATOR/4/8/5.png", id="tile inside the coverage"),
    ],
)
def test_tiles_of_other_servers_are_passed_on_byte_for_byte(cascade: Pair, path: str) -> None:
    theirs, ours = cascade.ask(path)

    assert (theirs.status, theirs.headers["content-type"]) == (200, ours.headers["content-type"])
    assert theirs.body == ours.body
    assert len(ours.body) > 200


def test_tiles_outside_the_coverage_of_a_tile_source_are_blank(cascade: Pair) -> None:
    theirs, ours = cascade.ask("/tiles/covered/GLOBAL_WEBMERCATOR/4/2/3.png")

    assert (theirs.status, theirs.media_type) == (ours.status, ours.media_type) == (200, "image/png")
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()
    assert ours.pixels().getcolors() == [(256 * 256, (255, 255, 255, 0))]


def test_a_map_server_over_cgi_gives_the_same_pixels(cascade: Pair) -> None:
    theirs, ours = cascade.ask("/tms/1.0.0/cgi/GLOBAL_WEBMERCATOR/2/3/4.png")

    assert (theirs.status, theirs.media_type) == (ours.status, ours.media_type) == (200, "image/png")
    assert theirs.pixels().tobytes() == ours.pixels().tobytes()


@pytest.mark.parametrize("document", ["", "/mapproxy/GLOBAL_MERCATOR", "/cgi/GLOBAL_WEBMERCATOR"])
def test_tms_documents_with_names_of_grids_say_the_same(cascade: Pair, document: str) -> None:
    theirs, ours = cascade.ask(f"/tms/1.0.0{document}")

    assert (theirs.status, theirs.headers["content-type"]) == (ours.status, ours.headers["content-type"])
    assert _tree(theirs.body, cascade.reference.url) == _tree(ours.body, cascade.ours.url)


def test_wmts_templates_are_announced_alike(cascade: Pair) -> None:
    theirs, ours = cascade.ask("/wmts/1.0.0/WMTSCapabilities.xml")

    expected = wmts_capabilities(theirs.body, cascade.reference.url)
    assert _without_extents(expected) == _without_extents(wmts_capabilities(ours.body, cascade.ours.url))
    assert expected.layers["jpeg"].templates == [
        "URL/wmts/maps/jpeg/{TileMatrixSet}/{TileMatrix}-{TileCol}-{TileRow}.jpeg"
    ]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/tms/1.0.0/paletted/EPSG25832/1/5/4.png", id="column outside the grid"),
        pytest.param("/tms/1.0.0/paletted/EPSG25832/9/0/0.png", id="level outside the grid"),
        pytest.param("/tms/1.0.0/paletted/EPSG25832/1/-1/0.png", id="negative column"),
        pytest.param("/tms/1.0.0/nothing/EPSG25832/0/0/0.png", id="unknown layer"),
        pytest.param("/tms/1.0.0/paletted/EPSG4258/0/0/0.png", id="unknown grid"),
        pytest.param("/tms/1.0.0/paletted/EPSG25832/0/0/0.jpeg", id="other format"),
        pytest.param("/tms/1.0.0/paletted/EPSG25832/0/0.png", id="no row"),
        pytest.param("/tiles/paletted/EPSG25832/0/0/0.jpeg", id="other format of tiles"),
        pytest.param("/tiles/paletted/EPSG25832/1/9/0.png", id="column outside the grid of tiles"),
        pytest.param("/tiles/nothing/0/0/0.png", id="unknown layer of tiles"),
        pytest.param("/nothing", id="unknown service"),
        pytest.param("/wmts/paletted/utm/1/3/9.png", id="row outside the matrix"),
        pytest.param("/wmts/paletted/GLOBAL_GEODETIC/1/1/0.png", id="matrix set that WMTS cannot number"),
        pytest.param("/wmts/nothing/GLOBAL_WEBMERCATOR/1/1/0.png", id="unknown layer of WMTS"),
        pytest.param("/wmts/jpeg/GLOBAL_WEBMERCATOR/1/1/0.png", id="other format of WMTS"),
    ],
)
def test_wrong_requests_get_the_same_status_and_message(pair: Pair, path: str) -> None:
    """Ours may say more behind it: which tile, which grid."""
    theirs, ours = pair.ask(path)

    assert (theirs.status, theirs.headers["content-type"]) == (ours.status, ours.headers["content-type"])
    for expected, found in zip(_words(theirs), _words(ours), strict=True):
        assert found.startswith(expected)


def test_wmts_levels_of_half_steps_are_those_of_its_document(pair: Pair) -> None:
    """The reference announces every level there, but answers with every second one, as TMS does."""
    theirs, ours = pair.ask("/wmts/half/half_steps/2/1/1.png")
    same_level_of_tiles = ask(f"{pair.ours.url}/tiles/half/EPSG3857/1/1/1.png")

    assert ours.body == same_level_of_tiles.body
    assert theirs.pixels().tobytes() != ours.pixels().tobytes()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("service=WMTS&request=GetNothing&version=1.0.0", id="unknown request"),
        pytest.param("service=WMTS&request=GetTile&version=1.0.0&layer=mixed", id="missing parameters"),
    ],
)
def test_mistakes_of_a_wmts_client_are_not_blamed_on_the_server(pair: Pair, query: str) -> None:
    theirs, ours = pair.ask(f"/service?{query}")

    assert (theirs.status, ours.status) == (500, 400)
    assert ours.media_type == "text/xml"


def test_a_restful_address_that_fits_no_template_is_not_an_internal_error(pair: Pair) -> None:
    theirs, ours = pair.ask("/wmts/nonsense")

    assert (theirs.status, ours.status) == (500, 400)
    assert ours.media_type == "text/xml"


@pytest.mark.parametrize(
    "path",
    [
        "/tms",
        "/tms/1.0.0",
        "/tms/1.0.0/paletted/EPSG900913",
        "/tms/1.0.0/paletted/EPSG4326",
        "/tms/1.0.0/paletted/EPSG25832",
        "/tms/1.0.0/jpeg/EPSG3857",
        "/tms/1.0.0/mixed/EPSG3857",
        "/tms/1.0.0/half/EPSG3857",
        "/tms/1.0.0/covered/EPSG25832",
    ],
)
def test_tms_documents_say_the_same(pair: Pair, path: str) -> None:
    theirs, ours = pair.ask(path)

    assert (theirs.status, theirs.headers["content-type"]) == (ours.status, ours.headers["content-type"])
    assert _tree(theirs.body, pair.reference.url) == _tree(ours.body, pair.ours.url)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/service?service=WMTS&request=GetCapabilities", id="by parameters"),
        pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", id="by path"),
    ],
)
class TestWmtsCapabilities:
    @pytest.fixture
    def documents(self, pair: Pair, path: str) -> tuple[Capabilities, Capabilities]:
        theirs, ours = pair.ask(path)
        assert theirs.headers["content-type"] == ours.headers["content-type"] == "application/xml"
        return wmts_capabilities(theirs.body, pair.reference.url), wmts_capabilities(ours.body, pair.ours.url)

    def test_service_and_layers_are_the_same(self, documents: tuple[Capabilities, Capabilities]) -> None:
        theirs, ours = documents

        assert (theirs.title, theirs.abstract) == (ours.title, ours.abstract)
        assert _without_extents(theirs) == _without_extents(ours)
        for name in theirs.layers.keys() - {"merged_covered"}:
            assert ours.layers[name].extent == pytest.approx(theirs.layers[name].extent, rel=1e-12)

    def test_a_source_without_coverage_opens_the_extent(self, documents: tuple[Capabilities, Capabilities]) -> None:
        theirs, ours = documents

        world = (-180.0, -85.0511287798066, 180.0, 85.0511287798066)
        assert theirs.layers["merged_covered"].extent == (5.0, 44.0, 17.0, 54.5)
        assert ours.layers["merged_covered"].extent == pytest.approx(world)

    def test_matrix_sets_are_the_same(self, documents: tuple[Capabilities, Capabilities]) -> None:
        """Numbers agree to twelve digits: resolution / 0.00028 and resolution x 1/0.00028 differ in the last ones."""
        theirs, ours = documents

        assert list(theirs.matrix_sets) == list(ours.matrix_sets)
        for name, (crs, matrices) in theirs.matrix_sets.items():
            our_crs, our_matrices = ours.matrix_sets[name]
            assert (crs, len(matrices)) == (our_crs, len(our_matrices))
            for expected, found in zip(matrices, our_matrices, strict=True):
                assert (expected.identifier, expected.tile_size, expected.size) == (
                    found.identifier,
                    found.tile_size,
                    found.size,
                )
                assert found.scale_denominator == pytest.approx(expected.scale_denominator, rel=1e-12)
                assert found.top_left == pytest.approx(expected.top_left, rel=1e-12)

    def test_only_operations_that_are_answered_are_offered(self, documents: tuple[Capabilities, Capabilities]) -> None:
        theirs, ours = documents

        assert {name for name, _, _ in theirs.addresses} == {"GetCapabilities", "GetTile", "GetFeatureInfo"}
        assert [address for address in theirs.addresses if address[0] != "GetFeatureInfo"] == ours.addresses


def _words(answer: Answer) -> list[str]:
    """The text of an error document, without its markup."""
    if not answer.media_type.endswith("xml"):
        return [answer.body.decode().strip()]
    root = ET.fromstring(answer.body)
    return [root.tag, *(text.strip() for text in root.itertext() if text.strip())]


def _tree(document: bytes, base_url: str) -> list[tuple[str, dict[str, str], str]]:
    root = ET.fromstring(document.replace(base_url.encode(), b"URL"))
    return [(element.tag, element.attrib, (element.text or "").strip()) for element in root.iter()]


def _without_extents(capabilities: Capabilities) -> list[tuple[str, Layer]]:
    return [(name, layer._replace(extent=())) for name, layer in capabilities.layers.items()]

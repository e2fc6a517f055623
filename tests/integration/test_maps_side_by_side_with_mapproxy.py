"""Hundreds of maps and tiles, and all documents: Tilekeep answers what MapProxy 7.0.0 answers.

Both programs get the same configuration, the same MapServer and a cache of their own, and answer the same requests.
What is stored is compared pixel by pixel, what is resampled with the tolerance that its kind needs; documents are
compared element by element.  Where both differ on purpose, the register of deviations says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.maps.asked import Asked, get_map
from tests.integration.maps.configuration import configuration, write_files
from tests.integration.maps.corpus_of_layers import layers
from tests.integration.maps.corpus_of_places import places
from tests.integration.maps.corpus_of_tiles import tiles
from tests.integration.maps.grids import EUROPE, MERCATOR, NEAR, Box
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.document_facts import Differing, differences, facts
from tests.integration.support.exception_documents import complaint
from tests.integration.support.pixel_difference import Difference, difference, offset

CORPUS = [*places(), *layers(), *tiles()]

DOCUMENTS = {
    "WMS 1.3.0": "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0",
    "WMS 1.1.1": "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
    "WMS 1.1.1 with tiles": "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1&TILED=true",
    "WMS without version": "/service?SERVICE=WMS&REQUEST=GetCapabilities",
    "WMTS by parameters": "/service?SERVICE=WMTS&REQUEST=GetCapabilities",
    "WMTS by path": "/wmts/1.0.0/WMTSCapabilities.xml",
    "TMS": "/tms",
    "TMS service": "/tms/1.0.0",
    "TMS of Mercator": "/tms/1.0.0/map/EPSG3857",
    "TMS of degrees": "/tms/1.0.0/map/EPSG4326",
    "TMS of a local grid": "/tms/1.0.0/local/EPSG25832",
    "TMS of a source with a box": "/tms/1.0.0/covered/EPSG3857",
    "TMS of half steps": "/tms/1.0.0/half/EPSG3857",
}

# What documents say differently, as patterns of paths, by the entry of the register.
REGISTERED = {
    "wms-order-of-elements": r"OnlineResource@type$|Dimension\[dim_level\]@units$",
    "wms-dimensions-in-1-1-1": r"^/WMT_MS_Capabilities.*/(Dimension|Extent)\[",
    "wms-boxes-of-limited-srs": r"BoundingBox\[EPSG:31467\]@m(in|ax)[xy]$",
    "wms-c-of-mixed-caches": r"TileSet\[mixed EPSG:3857\]/Format$",
    "extents-in-their-own-srs": r"(nested|polygon_clipped|covered).*BoundingBox\[EPSG:25832\]",
    "wmts-operations-that-are-answered": r"/Operation\[GetFeatureInfo\]",
    "wmts-exact-extents": r"^/Capabilities/Contents/Layer\[\w+\]/BoundingBox",
    "wmts-keywords": r"/ServiceIdentification/Keywords",
    "wmts-abstracts": r"^/Capabilities/Contents/Layer\[described\]/Abstract$",
    "tms-keywords": r"^/TileMapService/KeywordList$",
}

# Requests that no program can answer, with the code of the exception in WMS 1.1.1.
WRONG = {
    "unknown layer": ({"LAYERS": "nothing"}, "LayerNotDefined"),
    "unknown layer among others": ({"LAYERS": "map,nothing"}, "LayerNotDefined"),
    "unknown style": ({"STYLES": "nothing"}, "StyleNotDefined"),
    "unknown format": ({"FORMAT": "image/nothing"}, "InvalidFormat"),
    "SRS not offered": ({"SRS": "EPSG:32633"}, "InvalidSRS"),
    "box turned round": ({"BBOX": "2003750,7361866,556597,5465442"}, None),
    "too many pixels": ({"WIDTH": "3000", "HEIGHT": "3000"}, None),
    "too many tiles": ({"WIDTH": "2000", "HEIGHT": "1000", "BBOX": "-17000000,-3000000,-200000,5400000"}, None),
}


# The reference draws these some pixels beside their place (register: accuracy-of-reprojected-maps).
REFERENCE_IS_OFF = ("WMTS: nested utm 2/7/9",)


class Pair(NamedTuple):
    """Both programs, each with a cache of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep, asked at the same time."""
        with ThreadPoolExecutor(1) as thread:
            theirs = thread.submit(ask, self.reference.url + path)
            ours = ask(self.ours.url + path)
            return theirs.result(), ours


@pytest.fixture(scope="module")
def pair(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    config = configuration(mapserver_of_session.fcgi_url)
    directories = [tmp_path_factory.mktemp("reference"), tmp_path_factory.mktemp("ours")]
    for directory in directories:
        write_files(directory)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy(directories[0], config))
        yield Pair(reference, stack.enter_context(tilekeep(directories[1], config, workers=1)))


@pytest.fixture(autouse=True)
def _running_map_server(mapserver_of_session: MapServer) -> None:
    """Other tests take it away and may leave it so."""
    if not mapserver_of_session.running:
        mapserver_of_session.start()


@pytest.mark.parametrize("asked", [pytest.param(asked, id=asked.name) for asked in CORPUS])
def test_maps_and_tiles_show_the_same(pair: Pair, asked: Asked) -> None:
    """Where first answers differ the second ones count, as ``TestDeviations`` explains for maps of new tiles."""
    theirs, ours = pair.ask(asked.path)
    if not _apart(theirs, ours, asked).within(asked.tolerance):
        theirs, ours = pair.ask(asked.path)

    assert (theirs.status, theirs.headers["content-type"]) == (200, ours.headers["content-type"])
    assert ours.status == 200
    found = _apart(theirs, ours, asked)
    assert found.within(asked.tolerance), f"{found} is more than {asked.tolerance}: {asked.path}"
    if asked.name not in REFERENCE_IS_OFF:
        assert max(map(abs, offset(theirs.pixels(), ours.pixels()))) <= 1, "one of the two is not where it should be"


@pytest.mark.parametrize("name", REFERENCE_IS_OFF)
def test_where_the_reference_is_off_the_map_is_where_the_server_draws_it(pair: Pair, name: str) -> None:
    [path] = [asked.path for asked in CORPUS if asked.name == name]
    _, redrawn = pair.ask(path)
    _, drawn = pair.ask(path.replace("/nested/", "/map/"))

    assert offset(drawn.pixels(), redrawn.pixels()) == (0, 0)


def test_the_corpus_is_large_and_names_each_request_once() -> None:
    names = [asked.name for asked in CORPUS]

    assert len(set(names)) == len(names) >= 300
    for service in ("/service?SERVICE=WMS", "/service?SERVICE=WMTS", "/wmts/", "/tms/", "/tiles/"):
        assert any(asked.path.startswith(service) for asked in CORPUS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_say_the_same(pair: Pair, name: str) -> None:
    differing = _differing(pair, DOCUMENTS[name])

    known = [re.compile(pattern) for pattern in REGISTERED.values()]
    assert [found for found in differing if not any(pattern.search(found.path) for pattern in known)] == []


def test_what_documents_say_differently_is_registered_and_true(pair: Pair) -> None:
    register = tomllib.loads((Path(__file__).parents[2] / "docs/compatibility.toml").read_text())
    differing = [found.path for path in DOCUMENTS.values() for found in _differing(pair, path)]

    assert {entry["id"] for entry in register["deviation"]} >= REGISTERED.keys()
    for name, pattern in REGISTERED.items():
        assert any(re.search(pattern, path) for path in differing), f"{name} is no difference any more"


@pytest.mark.parametrize("name", WRONG)
def test_wrong_requests_get_the_same_exception(pair: Pair, name: str) -> None:
    """But for the status: the reference has 500 for all of them."""
    changes, code = WRONG[name]

    theirs, ours = pair.ask(get_map("map", "EPSG:3857", EUROPE["EPSG:3857"], **changes))

    assert (theirs.status, ours.status) == (500, 400)
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    expected, found = complaint(theirs), complaint(ours)
    assert (expected.document, expected.version, expected.code) == (found.document, found.version, code)
    assert found.code == code


class TestDeviations:
    """Where maps differ on purpose."""

    def test_a_map_of_new_tiles_is_made_of_what_is_stored(self, pair: Pair) -> None:
        """The reference shows new tiles as they were before they were encoded, here as JPEG."""
        path = get_map("photo", "EPSG:3857", MERCATOR.box(6, (300, 200), 3000, 3000))
        their_first, our_first = pair.ask(path)
        their_second, our_second = pair.ask(path)

        assert our_first.body == our_second.body
        assert _visible_difference(their_first, their_second) > 0.5
        assert _visible_difference(their_second, our_second) == 0

    def test_other_names_of_an_srs_are_no_other_srs(self, pair: Pair) -> None:
        """The reference finds no grid for a name that no grid has, if the cache has several."""
        theirs, ours = pair.ask(get_map("map", "EPSG:900913", NEAR))

        assert (theirs.status, ours.status) == (500, 200)
        assert ours.body == ask(pair.ours.url + get_map("map", "EPSG:3857", NEAR)).body

    def test_the_ground_beyond_the_limits_of_an_srs_is_what_was_asked_for(self, pair: Pair) -> None:
        box = (3100000, 5100000, 3500000, 5500000)
        more = {"bgcolor": "0xFF8800", "transparent": "false"}

        theirs, ours = pair.ask(get_map("mercator", "EPSG:31467", box, **more))

        assert theirs.pixels().getpixel((5, 5)) != (255, 136, 0, 255)
        assert ours.pixels().getpixel((5, 5)) == (255, 136, 0, 255)

    def test_a_faded_layer_does_not_grey_the_ground(self, pair: Pair) -> None:
        """The reference mixes in the colour that is hidden in transparent pixels, here black."""
        theirs, ours = pair.ask(get_map("faint", "EPSG:3857", NEAR, image_format="image/jpeg"))

        assert theirs.pixels().getpixel((5, 5)) == (153, 153, 153, 255)
        assert ours.pixels().getpixel((5, 5)) == (255, 255, 255, 255)

    def test_the_world_is_reprojected(self, pair: Pair) -> None:
        """The reference looks at the middle alone, where a map of the world in another SRS is right by symmetry."""
        world: Box = (-180.0, -85.0, 180.0, 85.0)
        path = get_map("land", "EPSG:4326", world, (720, 340))
        northern = get_map("land", "EPSG:4326", (-180.0, 0.0, 180.0, 85.0), (720, 170))

        theirs, ours = pair.ask(path)
        half = ask(pair.reference.url + northern).pixels()

        upper = (0, 0, 720, 170)
        our_difference, their_difference = (
            difference(answer.pixels().crop(upper), half, 64).share for answer in (ours, theirs)
        )
        assert our_difference < 0.12
        assert their_difference > 0.3

    def test_a_single_tile_is_delivered_as_it_is_stored(self, pair: Pair) -> None:
        """The reference lays a transparent tile on white, and encodes it anew, unless the request is transparent."""
        box = MERCATOR.box(4, (256, 256), 8 * 256, 5 * 256)
        path = get_map("land", "EPSG:3857", box, (256, 256), image_format="image/png", tiled="true")

        theirs, ours = pair.ask(path)

        assert ours.body == ask(f"{pair.ours.url}/tiles/land/EPSG3857/4/8/5.png?origin=nw").body
        assert theirs.pixels().getextrema()[3] == (255, 255)


def _apart(theirs: Answer, ours: Answer, asked: Asked) -> Difference:
    assert theirs.media_type.startswith("image/"), theirs.body[:400]
    assert ours.media_type.startswith("image/"), ours.body[:400]
    return difference(theirs.pixels(), ours.pixels(), asked.tolerance.far)


def _visible_difference(first: Answer, second: Answer) -> float:
    return difference(first.pixels(), second.pixels(), 0).mean


def _differing(pair: Pair, path: str) -> list[Differing]:
    theirs, ours = pair.ask(path)
    assert (theirs.status, theirs.headers["content-type"]) == (ours.status, ours.headers["content-type"])
    return differences(facts(theirs.body, pair.reference.url), facts(ours.body, pair.ours.url))

"""Layers that ask WMS sources for each map: the same maps as MapProxy 7.0.0, out of the same requests to the server."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from urllib.parse import parse_qsl

import pytest
from PIL import Image

from tests.integration.maps.asked import Asked, get_map
from tests.integration.maps.corpus_of_direct_layers import direct_layers
from tests.integration.maps.direct_configuration import direct_configuration, write_direct_files
from tests.integration.maps.grids import EUROPE, MERCATOR, NEAR, around_a_road
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.document_facts import differences, facts
from tests.integration.support.pixel_difference import Tolerance, difference
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

CORPUS = list(direct_layers())

#: What this MapServer answers with an error, and so is compared by what is asked alone: CRS:84 in WMS 1.1.1 and 1.0.0.
ONLY_ASKED = ("plain: old in", "plain: all Europe in CRS:84")

PICTURES = [asked for asked in CORPUS if not asked.name.startswith(ONLY_ASKED)]

_PILLOW_NAMES = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "tiff": "TIFF", "geotiff": "TIFF"}


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
    """Over MapServer."""
    with _both(tmp_path_factory, mapserver_of_session.fcgi_url, mapserver_of_session.fcgi_url) as both:
        yield both


@pytest.fixture(autouse=True)
def _running_map_server(mapserver_of_session: MapServer) -> None:
    """Other tests take it away and may leave it so."""
    if not mapserver_of_session.running:
        mapserver_of_session.start()


class Recorded(NamedTuple):
    """Both programs over a server that keeps what it is asked, by each under an address of its own."""

    pair: Pair
    server: UpstreamServer

    def ask(self, path: str) -> tuple[list[_Parameters], list[_Parameters]]:
        """What the server is asked by the reference and by Tilekeep to answer a request; the answers are good.

        Requests for meta tiles are made at a time, so the order is none that anything depends on.
        """
        self.server.forget()
        theirs, ours = self.pair.ask(path)
        assert (theirs.status, ours.status) == (200, 200)
        by_them, by_us = (
            sorted(map(_Parameters.of, self.server.requests_to(name)), key=_Parameters.order)
            for name in ("/theirs", "/ours")
        )
        return by_them, by_us


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with UpstreamServer() as server:
        for name in ("/theirs", "/ours"):
            server.on(name, _drawn)
        with _both(tmp_path_factory, f"{server.url}/theirs", f"{server.url}/ours") as both:
            yield Recorded(both, server)


@contextmanager
def _both(tmp_path_factory: pytest.TempPathFactory, their_url: str, our_url: str) -> Iterator[Pair]:
    """Both programs, the reference asking one address and Tilekeep the other."""
    directories = [tmp_path_factory.mktemp("reference"), tmp_path_factory.mktemp("ours")]
    for directory in directories:
        write_direct_files(directory)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy(directories[0], direct_configuration(their_url)))
        yield Pair(reference, stack.enter_context(tilekeep(directories[1], direct_configuration(our_url), workers=1)))


@pytest.mark.parametrize("asked", [pytest.param(asked, id=asked.name) for asked in PICTURES])
def test_maps_show_the_same(pair: Pair, asked: Asked) -> None:
    theirs, ours = pair.ask(asked.path)

    assert (theirs.status, ours.status) == (200, 200), (theirs.body[:300], ours.body[:300])
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    found = difference(theirs.pixels(), ours.pixels(), asked.tolerance.far)
    assert found.within(asked.tolerance), f"{found} is more than {asked.tolerance}: {asked.path}"


@pytest.mark.parametrize("asked", [pytest.param(asked, id=asked.name) for asked in CORPUS])
def test_the_server_is_asked_the_same(recorded: Recorded, asked: Asked) -> None:
    """With the same parameters; boxes may differ by what rounding does to them."""
    theirs, ours = recorded.ask(asked.path)

    assert [request.others for request in theirs] == [request.others for request in ours]
    assert [request.box for request in ours] == [pytest.approx(request.box, rel=1e-9, abs=1e-9) for request in theirs]


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_documents_state_the_same_areas_and_scales(pair: Pair, version: str) -> None:
    """Also those of sources that are everywhere, in an SRS of their own, or limited to some resolutions."""
    theirs, ours = pair.ask(f"/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}")

    found = differences(facts(theirs.body, pair.reference.url), facts(ours.body, pair.ours.url))
    # Those of questions about places, and one of the register: wms-order-of-elements.
    expected = ("@queryable", "OnlineResource@type")
    assert [each for each in found if "/GetFeatureInfo" not in each.path and not each.path.endswith(expected)] == []


class TestDeviations:
    """Where maps and requests differ on purpose."""

    def test_a_source_that_says_nothing_of_transparency_is_laid_on_the_ground(self, pair: Pair) -> None:
        """The reference passes on the transparent pixels of such a source, whatever is asked for, if it is alone."""
        theirs, ours = pair.ask(get_map("undeclared", "EPSG:3857", NEAR, bgcolor="0xFF8800"))

        assert theirs.pixels().getextrema()[3] == (0, 255)
        assert ours.pixels().getextrema()[3] == (255, 255)
        assert (255, 136, 0, 255) in {color for _, color in ours.pixels().getcolors(1 << 20) or ()}

    def test_a_reprojected_source_is_laid_on_the_ground_beside_its_coverage(self, pair: Pair) -> None:
        wide = MERCATOR.box(4, (400, 400), 1950, 1200)
        theirs, ours = pair.ask(get_map("covered_degrees", "EPSG:3857", wide, (400, 400), bgcolor="0xFF8800"))

        assert theirs.pixels().getpixel((2, 2))[3] == 0  # type: ignore[index]
        assert ours.pixels().getpixel((2, 2)) == (255, 136, 0, 255)

    def test_a_faint_layer_alone_is_faint(self, pair: Pair) -> None:
        alone = get_map("faint", "EPSG:3857", NEAR, bgcolor="0x000000")
        full = get_map("photo", "EPSG:3857", NEAR)

        theirs, ours = pair.ask(alone)

        assert difference(theirs.pixels(), ask(pair.reference.url + full).pixels(), 0) == (0.0, 0.0)
        faded = ask(pair.ours.url + full).pixels().convert("RGB").point(lambda level: level // 2)
        assert difference(ours.pixels(), faded, 2).within(Tolerance(1.0, 2, 0.0))

    def test_an_srs_is_asked_for_as_the_source_spells_it(self, recorded: Recorded) -> None:
        """The reference asks for it as the preferences of the globals spell it."""
        theirs, ours = recorded.ask(get_map("google", "EPSG:31467", EUROPE["EPSG:31467"]))

        assert (theirs[0].others["srs"], ours[0].others["srs"]) == ("EPSG:3857", "EPSG:900913")

    def test_sources_out_of_their_range_are_not_combined(self, recorded: Recorded) -> None:
        """The reference asks for the layers of both, so that coarse and fine ones are never told apart."""
        theirs, ours = recorded.ask(get_map("by_scale", "EPSG:3857", around_a_road(3)))

        assert [request.others["layers"] for request in theirs] == ["land,roads"]
        assert [request.others["layers"] for request in ours] == ["land"]

    def test_parameters_of_a_source_are_not_lost(self, recorded: Recorded) -> None:
        """The reference asks for all layers with the parameters of the first source."""
        theirs, ours = recorded.ask(get_map("restyled", "EPSG:3857", NEAR))

        asked = [{(each.others["layers"], each.others.get("dpi")) for each in requests} for requests in (theirs, ours)]
        assert asked == [{("land,roads", None)}, {("land", None), ("roads", "300")}]

    def test_a_group_hides_others_by_what_it_draws(self, recorded: Recorded) -> None:
        """The reference looks at its children, though these are not drawn."""
        theirs, ours = recorded.ask(get_map("photo,group_of_its_own", "EPSG:3857", NEAR))

        assert [request.others["layers"] for request in theirs] == ["towns"]
        assert [request.others["layers"] for request in ours] == ["photo,towns"]


def test_the_corpus_is_large_and_names_each_request_once() -> None:
    names = [asked.name for asked in CORPUS]

    assert len(set(names)) == len(names)
    assert len(PICTURES) >= 120
    assert len(CORPUS) >= 60


class _Parameters(NamedTuple):
    """What a server is asked for."""

    box: tuple[float, ...]
    others: dict[str, str]

    @classmethod
    def of(cls, request: Received) -> _Parameters:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True) if request.body else None
        found = request.parameters if pairs is None else {name.lower(): value for name, value in pairs}
        box = tuple(float(value) for value in found.pop("bbox").split(","))
        assert all(map(math.isfinite, box))
        return cls(box, {"method": request.method, **found})

    def order(self) -> tuple[str, list[float]]:
        """A place among others that no rounding changes."""
        return repr(sorted(self.others.items())), [round(value, 3) for value in self.box]


def _drawn(request: Received) -> Reply:
    """An image of the size and format that is asked for."""
    wanted = _Parameters.of(request).others
    subtype = wanted["format"].rpartition("/")[2].partition(";")[0].lower()
    buffer = io.BytesIO()
    mode = "RGB" if subtype == "jpeg" else "RGBA"
    Image.new(mode, (int(wanted["width"]), int(wanted["height"])), "green").save(buffer, _PILLOW_NAMES[subtype])
    return image_reply(buffer.getvalue(), f"image/{subtype}")

"""All versions of WMS: documents, maps, legends and exceptions are those of MapProxy 7.0.0.

Both programs get the same configuration with everything that documents can tell, the same MapServer, and answer the
same requests.  Where they differ on purpose, the register of deviations says so.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from PIL import Image

from tests.integration.maps.asked import RESAMPLED, TRUE_COLOUR
from tests.integration.maps.configuration_of_documents import OPTIONS, configuration, write_files
from tests.integration.maps.grids import EUROPE, MERCATOR, Box
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.document_facts import Differing, differences, facts
from tests.integration.support.exception_documents import complaint
from tests.integration.support.pixel_difference import SAME, Tolerance, difference
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

VERSIONS = ("1.0.0", "1.1.0", "1.1.1", "1.3.0")
WITH_LEGENDS = ("1.1.1", "1.3.0")

#: The reference keeps legends of several parts with a palette that has neither black nor white.
PALETTED = Tolerance(mean=2.0, far=16, share=0.0)

#: One of both is a JPEG of letters.
LOSSY = Tolerance(mean=5.0, far=48, share=0.002)

_NORTH_FIRST = {"EPSG:4326", "EPSG:31467"}


def request(version: str, operation: str, **parameters: str | None) -> str:
    """A request as clients of a version write it; None leaves a parameter out."""
    names = {"GetMap": "map", "GetCapabilities": "capabilities"} if version == "1.0.0" else {}
    said = {"WMTVER": version} if version == "1.0.0" else {"VERSION": version, "SERVICE": "WMS"}
    given = {**said, "REQUEST": names.get(operation, operation), **parameters}
    return f"/service?{urlencode({name: value for name, value in given.items() if value is not None})}"


def get_map(version: str, layers: str, srs: str, box: Box, **more: str | None) -> str:
    """A map; ``box`` in x/y order whatever the version."""
    is_latest = version == "1.3.0"
    written = (box[1], box[0], box[3], box[2]) if is_latest and srs in _NORTH_FIRST else box
    usual: dict[str, str | None] = {
        "LAYERS": layers,
        "STYLES": "",
        "CRS" if is_latest else "SRS": srs,
        "BBOX": ",".join(map(repr, written)),
        "WIDTH": "300",
        "HEIGHT": "200",
        "FORMAT": TRUE_COLOUR,
    }
    return request(version, "GetMap", **usual | more)


def get_legend(version: str, layer: str | None, **more: str | None) -> str:
    usual = {"LAYER": layer, "FORMAT": "image/png", "SLD_VERSION": "1.1.0"}
    return request(version, "GetLegendGraphic", **usual | more)


DOCUMENTS = {
    **{f"WMS {version}": request(version, "GetCapabilities") for version in VERSIONS},
    **{f"WMS {version} with tiles": request(version, "GetCapabilities", TILED="true") for version in VERSIONS},
    "WMS without version": "/service?SERVICE=WMS&REQUEST=GetCapabilities",
    "WMS at another address": "/ows?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
    "WMTS by parameters": "/service?SERVICE=WMTS&REQUEST=GetCapabilities",
    "WMTS by path": "/wmts/1.0.0/WMTSCapabilities.xml",
}

#: Options and documents; asking for a version that is not configured changes all later answers of the reference.
COMPARED = [(options, name) for options in OPTIONS for name in DOCUMENTS if options == "usual" or "1.1.0" not in name]

# What documents say differently, as patterns of paths, by the entry of the register.
REGISTERED = {
    "wms-order-of-elements": r"OnlineResource@type$|Dimension\[dim_level\]@units$",
    "wms-dimensions-in-1-1-1": r"^/WMT_MS_Capabilities.*/(Dimension|Extent)\[",
    "wms-boxes-of-limited-srs": r"BoundingBox\[EPSG:25832\]@m(in|ax)[xy]$",
    "wmts-operations-that-are-answered": r"/Operation\[GetFeatureInfo\]",
    "wmts-exact-extents": r"^/Capabilities/Contents/Layer\[\w+\]/BoundingBox",
    "wmts-keywords": r"/ServiceIdentification/Keywords",
    "wmts-legends-by-default": r"^/Capabilities/.*LegendURL@href$",
    "wmts-abstracts": r"^/Capabilities/Contents/Layer\[described\]/Abstract$",
}


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


def other_server(request: Received) -> Reply:
    """Legends as pictures and in JSON, of layers whose names are colours' initials."""
    given = request.parameters
    if given.get("format") == "application/json":
        document = {"Legend": [{"layerName": given["layer"], "rules": [{"name": "x", "scale": given.get("scale")}]}]}
        return Reply(body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})
    return picture((60, 12), (255, 128, 0, 128))


def picture(size: tuple[int, int], color: tuple[int, int, int, int]) -> Reply:
    body = io.BytesIO()
    Image.new("RGBA", size, color).save(body, "PNG")
    return image_reply(body.getvalue())


@pytest.fixture(scope="module")
def pairs(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Pair]]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    with ExitStack() as stack:
        other = stack.enter_context(UpstreamServer())
        other.on("/wms", other_server)
        other.on("/lying.png", picture((50, 20), (0, 0, 200, 255)))
        yield {
            name: _pair(stack, configuration(mapserver_of_session.fcgi_url, other.url, name), tmp_path_factory)
            for name in OPTIONS
        }


def _pair(stack: ExitStack, config: str, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    directories = [tmp_path_factory.mktemp("reference"), tmp_path_factory.mktemp("ours")]
    for directory in directories:
        write_files(directory)
    reference = stack.enter_context(mapproxy(directories[0], config))
    return Pair(reference, stack.enter_context(tilekeep(directories[1], config, workers=1)))


@pytest.fixture
def pair(pairs: Mapping[str, Pair]) -> Pair:
    return pairs["usual"]


class TestDocuments:
    @pytest.mark.parametrize(("options", "name"), COMPARED, ids=[": ".join(pair) for pair in COMPARED])
    def test_they_say_the_same(self, pairs: Mapping[str, Pair], options: str, name: str) -> None:
        differing = _differing(pairs[options], DOCUMENTS[name])

        known = [re.compile(pattern) for pattern in REGISTERED.values()]
        assert [found for found in differing if not any(pattern.search(found.path) for pattern in known)] == []

    def test_what_they_say_differently_is_registered_and_true(self, pairs: Mapping[str, Pair]) -> None:
        register = tomllib.loads((Path(__file__).parents[2] / "docs/compatibility.toml").read_text())
        differing = [found.path for options, name in COMPARED for found in _differing(pairs[options], DOCUMENTS[name])]

        assert {entry["id"] for entry in register["deviation"]} >= REGISTERED.keys()
        for name, pattern in REGISTERED.items():
            assert any(re.search(pattern, path) for path in differing), f"{name} is no difference any more"

    @pytest.mark.parametrize("options", OPTIONS)
    @pytest.mark.parametrize("version", ["0.5", "1.0.0", "1.0.7", "1.1", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "2.0.0"])
    def test_the_version_is_negotiated_in_the_same_way(
        self, pairs: Mapping[str, Pair], options: str, version: str
    ) -> None:
        """Where versions are configured the reference uses them up for all later requests: what is left is above."""
        path = f"/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}"
        if options != "usual" and version in {"1.1", "1.1.0", "1.2.0", "1.0.7"}:
            expected = "1.1.1" if version == "1.2.0" else "1.0.0"
            assert f'version="{expected}"' in ask(pairs[options].ours.url + path).body[:3000].decode()
            return

        theirs, ours = pairs[options].ask(path)

        found = [re.search(r'_Capabilities[^>]*version="([0-9.]+)"', answer.body.decode()) for answer in (theirs, ours)]
        assert found[0] is not None
        assert found[1] is not None
        assert found[0][1] == found[1][1]
        assert theirs.headers["content-type"] == ours.headers["content-type"]


PLACES = {
    "stored pixels": ("map", "EPSG:3857", MERCATOR.box(5, (300, 200), 4200, 2700), SAME),
    "other name": ("photo", "EPSG:900913", MERCATOR.box(5, (300, 200), 4200, 2700), SAME),
    "degrees": ("map", "EPSG:4326", (5.0, 44.0, 18.0, 52.6667), RESAMPLED),
    "group": ("group", "EPSG:3857", MERCATOR.box(5, (300, 200), 4200, 2700), Tolerance(6.0, 64, 0.03)),
    "local": ("local", "EPSG:25832", EUROPE["EPSG:25832"], Tolerance(6.0, 64, 0.03)),
}

LOOKS: Mapping[str, Mapping[str, str]] = {
    "opaque": {},
    "transparent": {"TRANSPARENT": "TRUE"},
    "coloured": {"BGCOLOR": "0xFF8800"},
}


class TestMaps:
    @pytest.mark.parametrize("look", LOOKS)
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("version", VERSIONS)
    def test_they_show_the_same(self, pair: Pair, version: str, place: str, look: str) -> None:
        layers, srs, box, tolerance = PLACES[place]

        _assert_same_image(pair, get_map(version, layers, srs, box, **LOOKS[look]), tolerance)

    @pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "TIFF", "image/png", "image/jpeg"])
    def test_formats_of_1_0_0(self, pair: Pair, name: str) -> None:
        layers, srs, box, _ = PLACES["stored pixels"]

        _assert_same_image(pair, get_map("1.0.0", layers, srs, box, FORMAT=name), Tolerance(6.0, 32, 0.02))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_single_tiles(self, pair: Pair, version: str) -> None:
        box = MERCATOR.box(4, (256, 256), 8 * 256, 5 * 256)
        name = "PNG" if version == "1.0.0" else "image/png"
        path = get_map(version, "map", "EPSG:3857", box, WIDTH="256", HEIGHT="256", FORMAT=name, TILED="true")

        _assert_same_image(pair, path, SAME)


LEGENDS = ["drawn", "several", "both", "nested", "lying", "own", "only", "described_legend", "tagged"]


class TestLegends:
    """They look the same on white: the reference draws several parts on nothing, and then makes that opaque."""

    @pytest.mark.parametrize("layer", LEGENDS)
    @pytest.mark.parametrize("version", WITH_LEGENDS)
    @pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/gif"])
    def test_they_show_the_same(self, pair: Pair, version: str, layer: str, media_type: str) -> None:
        tolerance = LOSSY if media_type == "image/jpeg" else PALETTED
        pair.ask(
            get_legend(version, layer)
        )  # kept as PNG first: the reference loses parts of what is first asked as GIF

        _assert_same_on_white(pair, get_legend(version, layer, FORMAT=media_type), tolerance)

    @pytest.mark.parametrize("layer", LEGENDS)
    @pytest.mark.parametrize("scale", ["1000", "2500000.5"])
    def test_for_a_scale(self, pair: Pair, layer: str, scale: str) -> None:
        _assert_same_on_white(pair, get_legend("1.3.0", layer, SCALE=scale), PALETTED)

    @pytest.mark.parametrize("more", [{}, {"SCALE": "500"}])
    @pytest.mark.parametrize("version", WITH_LEGENDS)
    def test_in_json(self, pair: Pair, version: str, more: dict[str, str]) -> None:
        theirs, ours = pair.ask(get_legend(version, "described_legend", FORMAT="application/json", **more))

        assert (theirs.status, theirs.headers["content-type"]) == (200, ours.headers["content-type"])
        assert json.loads(theirs.body) == json.loads(ours.body)

    def test_they_are_kept_under_the_same_names(self, pair: Pair) -> None:
        for layer in LEGENDS:
            pair.ask(get_legend("1.1.1", layer))

        kept = [
            {path.name for path in (server.directory / "cache_data" / "legends").iterdir()}
            for server in (pair.reference, pair.ours)
        ]
        own = {_legend_file(f"file://{server.directory}/own.png") for server in (pair.reference, pair.ours)}
        assert len(kept[1]) >= 6
        assert kept[1] - own <= kept[0] - own

    def test_a_kept_legend_comes_in_the_format_that_was_asked_for(self, pair: Pair) -> None:
        """The reference sends the PNG that it has kept as image/jpeg."""
        pair.ask(get_legend("1.1.1", "drawn"))
        theirs, ours = pair.ask(get_legend("1.1.1", "drawn", FORMAT="image/jpeg"))

        assert (theirs.media_type, ours.media_type) == ("image/jpeg", "image/jpeg")
        assert (theirs.image().format, ours.image().format) == ("PNG", "JPEG")

    def test_transparent_parts_stay_transparent(self, pair: Pair) -> None:
        theirs, ours = pair.ask(get_legend("1.1.1", "several"))

        assert (theirs.pixels().getextrema()[3], ours.pixels().getextrema()[3][0]) == ((255, 255), 0)

    @pytest.mark.parametrize("layer", ["group", "drawing_group"])
    def test_groups_have_the_legends_of_their_layers(self, pair: Pair, layer: str) -> None:
        """In the reference they are an internal error, also where documents name their address."""
        theirs, ours = pair.ask(get_legend("1.1.1", layer))

        assert (theirs.status, theirs.body, ours.status) == (500, b"internal error", 200)
        assert ours.body == ask(pair.ours.url + get_legend("1.1.1", "drawn")).body


WRONG_MAPS: Mapping[str, Mapping[str, str | None]] = {
    "unknown layer": {"LAYERS": "nothing"},
    "unknown style": {"STYLES": "nothing"},
    "unknown format": {"FORMAT": "image/nothing"},
    "unknown SRS": {"SRS": "EPSG:32633", "CRS": "EPSG:32633"},
    "box turned round": {"BBOX": "2003750,7361866,556597,5465442"},
    "no layers": {"LAYERS": None},
    "no format and no styles": {"FORMAT": None, "STYLES": None},
    "too many pixels": {"WIDTH": "3000", "HEIGHT": "3000"},
}


class TestExceptions:
    @pytest.mark.parametrize("mistake", WRONG_MAPS)
    @pytest.mark.parametrize("version", VERSIONS)
    def test_they_say_the_same(self, pair: Pair, version: str, mistake: str) -> None:
        """But for the status, which is 500 in the reference, and for what messages add in brackets."""
        theirs, ours = pair.ask(_wrong(version, mistake))

        assert (theirs.status, ours.status) == (500, 400)
        assert theirs.headers["content-type"] == ours.headers["content-type"]
        expected, found = complaint(theirs), complaint(ours)
        assert (expected.document, expected.version, expected.code) == (found.document, found.version, found.code)
        if mistake != "too many pixels":
            assert found.message.startswith(expected.message)

    @pytest.mark.parametrize("exceptions", ["INIMAGE", "BLANK", "application/vnd.ogc.se_inimage"])
    @pytest.mark.parametrize(
        "mistake", ["unknown layer", "unknown style", "unknown SRS", "box turned round", "no layers"]
    )
    @pytest.mark.parametrize("version", VERSIONS)
    def test_as_images(self, pair: Pair, version: str, mistake: str, exceptions: str) -> None:
        """The text is set in another typeface; a map without it is empty in both."""
        theirs, ours = pair.ask(_wrong(version, mistake, EXCEPTIONS=exceptions))

        assert (theirs.status, ours.status) == (200, 200)
        assert theirs.headers["content-type"] == ours.headers["content-type"]
        assert theirs.image().size == ours.image().size
        is_empty = [len(answer.pixels().getcolors(1 << 16) or []) == 1 for answer in (theirs, ours)]
        assert is_empty == [exceptions == "BLANK"] * 2

    @pytest.mark.parametrize("layer", ["nothing", "map", None])
    @pytest.mark.parametrize("version", VERSIONS)
    def test_of_legends(self, pair: Pair, version: str, layer: str | None) -> None:
        theirs, ours = pair.ask(get_legend(version, layer))

        expected, found = complaint(theirs), complaint(ours)
        assert (expected.document, expected.version, expected.code) == (found.document, found.version, found.code)
        if version in WITH_LEGENDS:
            assert found.message == expected.message
        assert theirs.status == 404 if layer == "map" and version in WITH_LEGENDS else theirs.status == 500
        assert ours.status == (404 if theirs.status == 404 else 400)

    @pytest.mark.parametrize("version", WITH_LEGENDS)
    @pytest.mark.parametrize("sld_version", [None, "1.0.0"])
    @pytest.mark.parametrize("options", OPTIONS)
    def test_of_the_style_standard(
        self, pairs: Mapping[str, Pair], options: str, version: str, sld_version: str | None
    ) -> None:
        """Where it is missing the answer depends on ``strict``."""
        theirs, ours = pairs[options].ask(get_legend(version, "drawn", SLD_VERSION=sld_version))

        assert theirs.headers["content-type"] == ours.headers["content-type"]
        if theirs.status == 500:
            assert ours.status == 400
            assert complaint(theirs) == complaint(ours)._replace(locator=None)
        else:
            assert (theirs.status, ours.status) == (200, 200)


def test_enough_is_compared() -> None:
    maps = len(VERSIONS) * (len(PLACES) * len(LOOKS) + 1) + 6
    legends = len(LEGENDS) * (2 * 3 + 2) + 4
    exceptions = len(VERSIONS) * (len(WRONG_MAPS) + 15 + 3) + 8

    assert maps + legends + exceptions + len(COMPARED) + 18 >= 280


def _wrong(version: str, mistake: str, **more: str) -> str:
    changed = dict(WRONG_MAPS[mistake])
    for name in ("SRS", "CRS"):
        if name in changed and (name == "CRS") != (version == "1.3.0"):
            del changed[name]
    usual = {"FORMAT": "PNG" if version == "1.0.0" and "EXCEPTIONS" not in more else "image/png"}
    return get_map(version, "map", "EPSG:3857", EUROPE["EPSG:3857"], **usual | changed | more)


def _assert_same_image(pair: Pair, path: str, tolerance: Tolerance) -> None:
    """First answers may differ: new tiles are shown as stored here, by the reference as they were before."""
    theirs, ours = pair.ask(path)
    if theirs.body != ours.body:
        theirs, ours = pair.ask(path)

    assert (theirs.status, ours.status) == (200, 200), (theirs.body[:400], ours.body[:400])
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    found = difference(theirs.pixels(), ours.pixels(), tolerance.far)
    assert found.within(tolerance), f"{found} is more than {tolerance}: {path}"


def _assert_same_on_white(pair: Pair, path: str, tolerance: Tolerance) -> None:
    theirs, ours = pair.ask(path)

    assert (theirs.status, ours.status) == (200, 200), (theirs.body[:400], ours.body[:400])
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    laid = []
    for answer in (theirs, ours):
        pixels = answer.pixels()
        laid.append(Image.alpha_composite(Image.new("RGBA", pixels.size, (255, 255, 255, 255)), pixels))
    found = difference(*laid, tolerance.far)
    assert found.within(tolerance), f"{found} is more than {tolerance}: {path}"


def _legend_file(identity: str) -> str:
    return f"{hashlib.md5(f'{identity}None'.encode()).hexdigest()}.png"


def _differing(pair: Pair, path: str) -> list[Differing]:
    theirs, ours = pair.ask(path)
    assert (theirs.status, theirs.headers["content-type"]) == (ours.status, ours.headers["content-type"])
    return differences(facts(theirs.body, pair.reference.url), facts(ours.body, pair.ours.url))

"""ArcGIS servers as sources: they are asked as MapProxy 7.0.0 asks them, and their maps and answers reach clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.arcgis_server import serve_arcgis
from tests.integration.support.upstream_server import UpstreamServer

CONFIG = """
services: {{tms: , wms: {{featureinfo_types: [json, html, text]}}}}
globals: {{cache: {{failure_seconds: 0}}, image: {{paletted: false}}}}
layers:
  - {{name: map, title: Map, sources: [map]}}
  - {{name: clear, title: Transparent map, sources: [clear]}}
  - {{name: image, title: Image service, sources: [image]}}
  - {{name: reprojected, title: Reprojected, sources: [reprojected]}}
  - {{name: broken, title: Broken, sources: [broken]}}
  - {{name: covered, title: With coverage, sources: [covered]}}
  - {{name: asked, title: Asked about places, sources: [asked]}}
  - {{name: asked_in_degrees, title: Asked in degrees, sources: [asked_in_degrees]}}
  - {{name: only_asked, title: Only asked, sources: [map, only_asked]}}
  - {{name: direct, title: Direct, sources: [direct]}}
  - {{name: true_color, title: In a format of ArcGIS, sources: [true_color]}}
  - {{name: direct_jpeg, title: Direct with formats, sources: [direct_jpeg]}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [map]}}
  clear: {{grids: [GLOBAL_WEBMERCATOR], sources: [clear], image: {{transparent: true}}}}
  image: {{grids: [GLOBAL_MERCATOR], sources: [image], format: image/jpeg}}
  reprojected: {{grids: [GLOBAL_GEODETIC], sources: [reprojected]}}
  broken: {{grids: [GLOBAL_WEBMERCATOR], sources: [broken]}}
  covered: {{grids: [GLOBAL_WEBMERCATOR], sources: [covered]}}
sources:
  map: {{type: arcgis, req: {{url: "{url}/base/MapServer", layers: "show:0,1"}}}}
  clear:
    type: arcgis
    req: {{url: "{url}/base/MapServer/", LAYERS: "show:1", transparent: true, dpi: 96, format: image/png32, time: "1"}}
  image: {{type: arcgis, req: {{url: "{url}/ortho/ImageServer?token=a%20b"}}, supported_formats: [image/jpeg]}}
  reprojected: {{type: arcgis, req: {{url: "{url}/base/MapServer/export"}}, supported_srs: ['EPSG:3857']}}
  broken: {{type: arcgis, req: {{url: "{url}/base/MapServer", layers: "show:7"}}}}
  covered:
    type: arcgis
    req: {{url: "{url}/base/MapServer"}}
    coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
  asked:
    type: arcgis
    req: {{url: "{url}/base/MapServer", layers: "show:0"}}
    opts: {{featureinfo: true, featureinfo_tolerance: 12, featureinfo_return_geometries: true}}
  asked_in_degrees:
    type: arcgis
    req: {{url: "{url}/base/MapServer"}}
    supported_srs: ['EPSG:4326']
    opts: {{featureinfo: true}}
  only_asked: {{type: arcgis, req: {{url: "{url}/base/MapServer"}}, opts: {{map: false, featureinfo: true}}}}
  direct: {{type: arcgis, req: {{url: "{url}/base/MapServer", layers: "show:0"}}}}
  true_color: {{type: arcgis, req: {{url: "{url}/base/MapServer", format: png32}}}}
  direct_jpeg: {{type: arcgis, req: {{url: "{url}/base/MapServer"}}, supported_formats: [image/jpeg]}}
"""

NEAR = "-1000000,5000000,2000000,8000000"
DEGREES = "-9,40,18,61"


def _map(layers: str, srs: str, bbox: str, **others: str) -> str:
    extra = "".join(f"&{name}={value}" for name, value in others.items())
    return (
        f"/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS={layers}&STYLES=&SRS={srs}&BBOX={bbox}"
        f"&WIDTH=300&HEIGHT=300&FORMAT=image/png{extra}"
    )


def _info(layers: str, info_format: str, srs: str = "EPSG:3857", bbox: str = NEAR) -> str:
    question = _map(layers, srs, bbox).replace("GetMap", "GetFeatureInfo")
    return f"{question}&QUERY_LAYERS={layers}&X=100&Y=20&INFO_FORMAT={info_format}"


#: Requests to both programs, by what they show.
MAPS = {
    "a meta tile": "/tiles/map/EPSG3857/3/4/2.png",
    "a meta tile in degrees": "/tiles/map/EPSG4326/3/4/2.png",
    "transparent, with parameters and a format": "/tiles/clear/EPSG3857/4/9/5.png",
    "an image service by the name of the grid": "/tiles/image/EPSG900913/3/4/2.jpeg",
    "reprojected": "/tiles/reprojected/EPSG4326/3/4/2.png",
    "the part inside a coverage": "/tiles/covered/EPSG3857/4/8/5.png",
    "direct": _map("direct", "EPSG:3857", NEAR),
    "direct in degrees": _map("direct", "EPSG:4326", DEGREES),
    "direct in the format of the server": _map("direct_jpeg", "EPSG:900913", NEAR),
    "a server that is only asked about places": _map("only_asked", "EPSG:3857", NEAR),
}
PLACES = {
    "JSON": _info("asked", "application/json"),
    "a page": _info("asked", "text/html"),
    "text": _info("asked", "text/plain"),
    "in another SRS": _info("asked_in_degrees", "application/json"),
    "in its SRS": _info("asked_in_degrees", "application/json", "EPSG:4326", DEGREES),
    "of a server without maps": _info("only_asked", "application/json"),
}


class Side(NamedTuple):
    """A program with its server."""

    program: Server
    upstream: UpstreamServer

    def ask(self, path: str) -> tuple[Answer, list[list[tuple[str, object]]]]:
        """The answer, and the parameters of what the server was asked for it, in their order."""
        self.upstream.forget()
        answer = ask(self.program.url + path)
        return answer, sorted(_told(request.target) for request in self.upstream.requests)


class Pair(NamedTuple):
    """Both programs."""

    reference: Side
    ours: Side


def _told(target: str) -> list[tuple[str, object]]:
    """Path and parameters in the order sent; numbers that sums come to are as close as makes no difference."""
    parts = urlsplit(target)
    return [("path", parts.path), *((name, _rounded(value)) for name, value in parse_qsl(parts.query))]


def _rounded(value: str) -> str:
    try:
        return ",".join(f"{float(number):.6g}" for number in value.split(","))
    except ValueError:
        return value


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        sides = []
        for program in (mapproxy, tilekeep):
            upstream = stack.enter_context(UpstreamServer())
            serve_arcgis(upstream)
            config = CONFIG.format(url=f"{upstream.url}/arcgis/rest/services")
            server = stack.enter_context(program(tmp_path_factory.mktemp(program.__name__), config, workers=1))
            sides.append(Side(server, upstream))
        yield Pair(*sides)


@pytest.mark.parametrize("path", MAPS.values(), ids=MAPS)
def test_maps_are_asked_for_alike_and_show_the_same(pair: Pair, path: str) -> None:
    (theirs, asked_by_them), (ours, asked_by_us) = pair.reference.ask(path), pair.ours.ask(path)

    assert asked_by_us == asked_by_them
    assert len(asked_by_us) >= 1
    assert (theirs.status, ours.status) == (200, 200), ours.body
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    if theirs.media_type != "image/jpeg":
        assert _colors(theirs) == _colors(ours)


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES)
def test_places_are_asked_about_alike_and_the_same_is_said(pair: Pair, path: str) -> None:
    (theirs, asked_by_them), (ours, asked_by_us) = pair.reference.ask(path), pair.ours.ask(path)

    assert asked_by_us == asked_by_them
    assert len(asked_by_us) == 1
    assert (theirs.status, ours.status) == (200, 200)
    assert theirs.media_type == ours.media_type
    assert theirs.body.split() == ours.body.split()


class TestDeviations:
    """Where requests differ on purpose."""

    def test_a_format_of_the_server_may_have_its_name_there(self, pair: Pair) -> None:
        """The reference sends it only where it is written as a media type."""
        path = _map("true_color", "EPSG:3857", NEAR)

        (_, (asked_by_them,)), (_, (asked_by_us,)) = pair.reference.ask(path), pair.ours.ask(path)

        assert (dict(asked_by_them)["format"], dict(asked_by_us)["format"]) == ("png", "png32")

    def test_degrees_with_longitude_first_have_a_number(self, pair: Pair) -> None:
        """The reference sends 84, which no server knows."""
        path = _map("direct", "", DEGREES).replace("1.1.1", "1.3.0").replace("SRS=", "CRS=CRS:84")

        (_, (asked_by_them,)), (ours, (asked_by_us,)) = pair.reference.ask(path), pair.ours.ask(path)

        assert (dict(asked_by_them)["imageSR"], dict(asked_by_us)["imageSR"]) == ("84", "4326")
        assert ours.status == 200


def test_an_error_under_status_200_is_an_error_and_its_text_stays_inside(pair: Pair) -> None:
    path = "/tiles/broken/EPSG3857/3/4/2.png"

    ours, _ = pair.ours.ask(path)

    assert ours.status == 500
    assert "no-store" in ours.cache_control
    assert b"no image returned from source ArcGIS" in ours.body
    for secret in (b"10.1.2.3", pair.ours.upstream.host.encode(), b"Layer not found"):
        assert secret not in ours.body
    assert not list(pair.ours.program.directory.glob("cache_data/broken_*/**/*.png"))


def _colors(answer: Answer) -> set[tuple[int, ...]]:
    """The colours of a picture, without those that only stand on its edges."""
    counted = answer.pixels().getcolors(1 << 20) or []
    return {color for count, color in counted if count > 600}  # type: ignore[misc]

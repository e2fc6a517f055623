"""The same super-overlays: Tilekeep's documents and tiles are those of MapProxy 7.0.0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.pixel_difference import SAME, difference
from tests.integration.support.schemas import validate_by_schema
from tests.integration.support.upstream_server import UpstreamServer

CONFIG = """
services:
  kml: {{{options}}}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: local, title: Local, sources: [local]}}
  - {{name: photo, title: Photo, sources: [photo]}}
globals: {{image: {{paletted: false}}}}
grids:
  fitting: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1024000, 6024000], res: [4000, 2000, 1000], origin: nw}}
  from_below: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 5700000], num_levels: 5}}
  from_above: {{srs: 'EPSG:31467', bbox: [3000000, 5000000, 4000000, 5700000], num_levels: 5, origin: nw}}
  roots: {{base: GLOBAL_MERCATOR, res_factor: sqrt2, num_levels: 10}}
  roots_from_above: {{base: GLOBAL_MERCATOR, res_factor: sqrt2, num_levels: 10, origin: nw}}
  uneven: {{base: GLOBAL_MERCATOR, res: [100000, 30000, 9000, 5000]}}
caches:
  world: {{grids: [GLOBAL_MERCATOR, GLOBAL_GEODETIC, GLOBAL_WEBMERCATOR], sources: [map]}}
  local: {{grids: [{local}], sources: [map]}}
  photo: {{grids: [{photo}], sources: [map], format: image/jpeg}}
sources:
  map: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
"""

KML = "{http://www.opengis.net/kml/2.2}"


class Programs(NamedTuple):
    """Both programs with the same configuration."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        return ask(self.reference.url + path), ask(self.ours.url + path)


def started(stack: ExitStack, directories: pytest.TempPathFactory, **options: str) -> Programs:
    wms = stack.enter_context(UpstreamServer())
    wms.on("/wms", draw_wms)
    config = CONFIG.format(url=wms.url, **options)
    return Programs(
        *(
            stack.enter_context(program(directories.mktemp(program.__name__), config, workers=1))
            for program in (mapproxy, tilekeep)
        )
    )


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with ExitStack() as stack:
        yield started(stack, tmp_path_factory, options="", local="fitting", photo="roots")


@pytest.fixture(scope="module")
def with_grid_names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with ExitStack() as stack:
        yield started(
            stack,
            tmp_path_factory,
            options="use_grid_names: true",
            local="from_below, from_above, uneven",
            photo="fitting, roots_from_above",
        )


def facts(server: Server, document: bytes) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Elements in their order with names, texts and what lies below; addresses without the server."""
    root = ET.fromstring(document.replace(server.url.encode(), b""))
    found = root.find(f"{KML}Document")
    assert found is not None
    return [
        (
            part.tag,
            (part.text or "").strip(),
            tuple((element.tag, (element.text or "").strip()) for element in part.iter()),
        )
        for part in found
    ]


def require_same_documents(programs: Programs, path: str) -> list[str]:
    """The tags of the parts of the document at ``path``."""
    theirs, ours = programs.ask(path)
    assert (theirs.status, ours.status) == (200, 200), ours.body
    assert ours.headers["content-type"] == theirs.headers["content-type"]
    assert ours.cache_control == theirs.cache_control
    expected, found = facts(programs.reference, theirs.body), facts(programs.ours, ours.body)
    # The reference lists tiles from its own corner, which viewers do not care about.
    assert sorted(found) == sorted(expected)
    assert [part[0] for part in found] == [part[0] for part in expected]
    return [part[0].removeprefix(KML) for part in found]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/kml/world", id="the first document of a layer, in degrees where it can"),
        pytest.param("/kml/world/", id="with a slash"),
        pytest.param("/kml/world_EPSG900913", id="with the SRS in the name"),
        pytest.param("/kml/world/EPSG3857/", id="with the SRS as a part"),
        pytest.param("/kml/world/EPSG4326/0/0/0.kml", id="the first level"),
        pytest.param("/kml/world/EPSG4326/3/7/2.kml", id="degrees"),
        pytest.param("/kml/world/EPSG900913/2/1/0.kml", id="mercator down to the south pole"),
        pytest.param("/kml/world/EPSG3857/2/1/3.kml", id="counted from the north, up to the pole"),
        pytest.param("/kml/world/EPSG3857/5/17/20.kml", id="in the middle"),
        pytest.param("/kml/local/EPSG25832/1/1/0.kml", id="a local grid from the north"),
        pytest.param("/kml/photo/EPSG900913", id="every second level of a grid of roots"),
        pytest.param("/kml/photo/EPSG900913/2/1/1.kml", id="further down in such a grid"),
    ],
)
def test_documents_say_the_same(programs: Programs, path: str) -> None:
    parts = require_same_documents(programs, path)

    assert parts.count("NetworkLink") == parts.count("GroundOverlay") > 1


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/kml/world/GLOBAL_GEODETIC/2/1/1.kml", id="degrees"),
        pytest.param("/kml/world/GLOBAL_WEBMERCATOR", id="the first document in a grid"),
        pytest.param("/kml/local/from_below/1/0/0.kml", id="from the south"),
        pytest.param("/kml/local/from_below/2/3/2.kml", id="beyond the grid at its edges"),
        pytest.param("/kml/local/from_above/1/0/1.kml", id="from the north with the northing first"),
        pytest.param("/kml/local/uneven/0/0/0.kml", id="many tiles below one"),
    ],
)
def test_documents_say_the_same_where_addresses_name_grids(with_grid_names: Programs, path: str) -> None:
    parts = require_same_documents(with_grid_names, path)

    assert parts.count("NetworkLink") == parts.count("GroundOverlay") > 1


def test_every_tile_a_document_names_is_the_same_image(programs: Programs) -> None:
    path = "/kml/local/EPSG25832/1/0/1.kml"
    _, document = programs.ask(path)
    icons = [icon.text or "" for icon in ET.fromstring(document.body).iter(f"{KML}href") if icon.text]
    tiles = [icon.removeprefix(programs.ours.url) for icon in icons if icon.endswith(".png")]

    answers = [programs.ask(tile) for tile in tiles]

    assert len(answers) == 4
    assert all((theirs.status, ours.status) == (200, 200) for theirs, ours in answers)
    assert all(difference(theirs.pixels(), ours.pixels(), 12).within(SAME) for theirs, ours in answers)
    assert all(ours.headers["content-type"] == theirs.headers["content-type"] for theirs, ours in answers)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/kml", id="no layer"),
        pytest.param("/kml/nothing", id="no such layer"),
        pytest.param("/kml/nothing/0/0/0.kml", id="a document of no layer"),
        pytest.param("/kml/world/EPSG25832", id="no such SRS"),
        pytest.param("/kml/world/3/8/2.png", id="a tile beside the grid"),
        pytest.param("/kml/world/3/8/2.kml", id="a document of such a tile"),
        pytest.param("/kml/world/-1/0/0.png", id="a level below none"),
        pytest.param("/kml/world/0/0/0.jpeg", id="a format that the layer does not have"),
        pytest.param("/kml/world/EPSG4326/x/0/0.kml", id="no number"),
    ],
)
def test_errors_are_the_same(programs: Programs, path: str) -> None:
    theirs, ours = programs.ask(path)

    assert (ours.status, ours.headers["content-type"]) == (theirs.status, theirs.headers["content-type"])
    assert ours.status == 404
    assert theirs.body.decode().partition(":")[0].rstrip(".") in ours.body.decode()


@pytest.mark.parametrize("path", ["/kml/world", "/kml/photo/EPSG900913/4/1/1.kml", "/kml/world/EPSG3857/19/0/0.kml"])
def test_documents_are_valid(programs: Programs, path: str) -> None:
    validate_by_schema("kml/2.2.0/ogckml22.xsd", ask(programs.ours.url + path).body)


class TestDeviations:
    """Where answers differ on purpose."""

    @pytest.mark.parametrize("path", ["/kml/world/EPSG4326/19/3/3.kml", "/kml/local/EPSG25832/2/0/0.kml"])
    def test_the_last_level_has_documents_too(self, programs: Programs, path: str) -> None:
        theirs, ours = programs.ask(path)

        assert (theirs.status, ours.status) == (500, 200)
        assert [part[0].removeprefix(KML) for part in facts(programs.ours, ours.body)] == ["name", "Region"]

    def test_rows_of_grids_of_roots_are_counted_from_the_south_too(self, with_grid_names: Programs) -> None:
        theirs, ours = with_grid_names.ask("/kml/photo/roots_from_above/2/1/1.kml")

        assert b"photo - (2, -2, 3)" in theirs.body
        assert b"photo - (2, 2, 3)" in ours.body
        assert ask(f"{with_grid_names.ours.url}/kml/photo/roots_from_above/3/2/2.jpeg").status == 200

    def test_the_lowest_row_of_a_grid_from_the_north_is_shown(self, with_grid_names: Programs) -> None:
        """It reaches beyond the grid, and the reference finds none to which its lower corner belongs."""
        theirs, ours = with_grid_names.ask("/kml/local/from_above/2/1/0.kml")

        lost = {part[1] for part in facts(with_grid_names.reference, theirs.body)}
        shown = [part[2][1][1] for part in facts(with_grid_names.ours, ours.body) if part[0].endswith("NetworkLink")]
        assert len(lost) >= 1
        assert shown == ["local - (2, 1, 3)", "local - (3, 1, 3)", "local - (2, 0, 3)", "local - (3, 0, 3)"]

    def test_browsers_may_ask_whether_a_document_has_changed(self, programs: Programs) -> None:
        """The reference has the tag without quotes, so that caches which add them get no 304."""
        path = f"{programs.ours.url}/kml/world"
        first = ask(path)

        again = ask(path, {"If-None-Match": f"W/{first.headers['etag']}"})

        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]

"""The documents of TMS 1.0.0 (spec/services.md, 4.4)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.catalogue import GEODETIC, ONE_LEVEL, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.application.catalogue import Catalogue, LayerOutline
from tilekeep.domain.service_metadata import Contact, KeywordList, ServiceMetadata
from tilekeep.entrypoints.wsgi.options import TmsOptions
from tilekeep.entrypoints.wsgi.tms.names import TmsNames

METADATA = ServiceMetadata(
    title="Maps & more",
    abstract="already &amp; escaped",
    contact=Contact(organization="Office", email="a@b.example"),
    keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",))),
)


def document(layers: FakeLayers, path: str, options: TmsOptions | None = None) -> ET.Element:
    answer = client(layers, tms=options or TmsOptions(METADATA)).get(path, Host="maps.example")
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    return ET.fromstring(answer.data)


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC, title="OSM & <friends>")
    layers.add("local", UTM_GRID)
    return layers


@pytest.mark.parametrize("path", ["/tms", "/tms/"])
def test_the_root_names_the_one_version(layers: FakeLayers, path: str) -> None:
    service = document(layers, path).find("TileMapService")

    assert service is not None
    assert service.attrib == {
        "title": "Maps & more",
        "version": "1.0.0",
        "href": "http://maps.example/tms/1.0.0/",
    }


@pytest.mark.parametrize("path", ["/tms/1.0.0", "/tms/1.0.0/"])
def test_the_service_lists_every_layer_in_every_grid(layers: FakeLayers, path: str) -> None:
    service = document(layers, path)

    assert [tile_map.attrib for tile_map in service.iter("TileMap")] == [
        {
            "title": "OSM & <friends>",
            "srs": "OSGEO:41001",
            "profile": "global-mercator",
            "href": "http://maps.example/tms/1.0.0/osm/EPSG3857",
        },
        {
            "title": "OSM & <friends>",
            "srs": "EPSG:4326",
            "profile": "global-geodetic",
            "href": "http://maps.example/tms/1.0.0/osm/EPSG4326",
        },
        {
            "title": "Local",
            "srs": "EPSG:25832",
            "profile": "local",
            "href": "http://maps.example/tms/1.0.0/local/EPSG25832",
        },
    ]


def test_the_service_says_what_the_provider_says(layers: FakeLayers) -> None:
    service = document(layers, "/tms/1.0.0")

    assert service.findtext("Title") == "Maps & more"
    assert service.findtext("Abstract") == "already & escaped"
    assert service.findtext("KeywordList") == '"one" "two" "three"'
    assert service.findtext("ContactInformation/ContactPersonPrimary/ContactOrganization") == "Office"
    assert service.findtext("ContactInformation/ContactElectronicMailAddress") == "a@b.example"
    assert service.findtext("ContactInformation/ContactVoiceTelephone") == ""


def test_without_contact_and_keywords_there_is_nothing_about_them(layers: FakeLayers) -> None:
    service = document(layers, "/tms/1.0.0", TmsOptions())

    assert (service.find("ContactInformation"), service.find("KeywordList")) == (None, None)


def test_a_layer_describes_its_levels_without_the_one_of_one_tile(layers: FakeLayers) -> None:
    tile_map = document(layers, "/tms/1.0.0/osm/EPSG3857")

    edge = "20037508.342789244"
    assert tile_map.findtext("SRS") == "OSGEO:41001"
    assert tile_map.find("BoundingBox").attrib == {  # type: ignore[union-attr]
        "minx": f"-{edge}",
        "miny": f"-{edge}",
        "maxx": edge,
        "maxy": edge,
    }
    assert tile_map.find("Origin").attrib == {"x": f"-{edge}", "y": f"-{edge}"}  # type: ignore[union-attr]
    assert tile_map.find("TileFormat").attrib == {  # type: ignore[union-attr]
        "width": "256",
        "height": "256",
        "mime-type": "image/png",
        "extension": "png",
    }
    tile_sets = list(tile_map.iter("TileSet"))
    assert len(tile_sets) == WEBMERCATOR.levels - 1
    assert tile_sets[0].attrib == {
        "href": "http://maps.example/tms/1.0.0/osm/EPSG3857/0",
        "units-per-pixel": "78271.51696402048",
        "order": "0",
    }


def test_the_levels_of_a_layer_found_by_a_shorter_name_are_below_that_name(layers: FakeLayers) -> None:
    tile_map = document(layers, "/tms/1.0.0/osm")

    assert tile_map.findtext("SRS") == "EPSG:4326"
    assert next(tile_map.iter("TileSet")).get("href") == "http://maps.example/tms/1.0.0/osm/0"


def test_a_grid_of_one_level_has_one_level() -> None:
    layers = FakeLayers()
    layers.add("one", ONE_LEVEL)

    tile_map = document(layers, "/tms/1.0.0/one/EPSG25832")

    assert [(level.get("order"), level.get("units-per-pixel")) for level in tile_map.iter("TileSet")] == [("0", "10.0")]


def test_with_grid_names_addresses_end_in_the_grid(layers: FakeLayers) -> None:
    options = TmsOptions(use_grid_names=True)

    service = document(layers, "/tms/1.0.0", options)

    hrefs = [tile_map.attrib["href"].removeprefix("http://maps.example") for tile_map in service.iter("TileMap")]
    assert hrefs == ["/tms/1.0.0/osm/GLOBAL_WEBMERCATOR", "/tms/1.0.0/osm/GLOBAL_GEODETIC", "/tms/1.0.0/local/utm"]
    assert document(layers, hrefs[0], options).findtext("Title") == "OSM & <friends>"


@pytest.mark.parametrize("name", ["a/b", ".", "..", ""])
def test_the_service_lists_no_name_that_a_path_cannot_hold(layers: FakeLayers, name: str) -> None:
    layers.add(name, WEBMERCATOR)
    layers.add("grids", replace(UTM_GRID, name=name))

    service = document(layers, "/tms/1.0.0", TmsOptions(use_grid_names=True))

    hrefs = [tile_map.attrib["href"].removeprefix("http://maps.example") for tile_map in service.iter("TileMap")]
    assert hrefs == ["/tms/1.0.0/osm/GLOBAL_WEBMERCATOR", "/tms/1.0.0/osm/GLOBAL_GEODETIC", "/tms/1.0.0/local/utm"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("/tms/1.0.0/nothing", "unknown layer: nothing", id="unknown layer"),
        pytest.param("/tms/1.0.0/osm/EPSG1", "unknown layer: osm in EPSG1", id="unknown grid"),
        pytest.param("/tms/1.0.0/osm/EPSG3857/", "invalid request (/tms/1.0.0/osm/EPSG3857/)", id="slash at the end"),
        pytest.param("/tms/2.0.0/", "invalid request (/tms/2.0.0/)", id="another version"),
        pytest.param("/tms.foo/1.0.0/", "invalid request (/tms.foo/1.0.0/)", id="another first segment"),
    ],
)
def test_other_documents_do_not_exist(layers: FakeLayers, path: str, message: str) -> None:
    answer = client(layers).get(path)

    assert answer.status_code == 404
    assert ET.fromstring(answer.data).findtext("Message") == message


def test_characters_that_xml_does_not_know_are_left_out() -> None:
    layers = FakeLayers()
    layers.add("odd", UTM_GRID, title="a\x00b\x0bc\ufffe")

    assert document(layers, "/tms/1.0.0/odd/EPSG25832").findtext("Title") == "abc"


def test_no_first_document_waits_for_another_as_a_fork_could_leave_it_waiting_for_ever() -> None:
    class MeetingCatalogue(Catalogue):
        meeting = threading.Barrier(2, timeout=20)

        @property
        def layers(self) -> tuple[LayerOutline, ...]:
            self.meeting.wait()
            return ()

    names = [TmsNames(MeetingCatalogue({}, lambda *_: None, lambda *_: None), use_grid_names=False) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda name: name.find("osm", None), names))

    assert found == [None, None]

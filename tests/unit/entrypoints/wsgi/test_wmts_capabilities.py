"""The capabilities of WMTS 1.0.0 (spec/services.md, 5.7)."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.catalogue import GEODETIC, GEODETIC_NW, ONE_LEVEL, SOUTHERN_WEBMERCATOR, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.image import MIXED
from tilekeep.domain.service_metadata import Contact, KeywordList, ServiceMetadata
from tilekeep.entrypoints.wsgi.options import WmtsOptions

NAMES = {
    "wmts": "http://www.opengis.net/wmts/1.0",
    "ows": "http://www.opengis.net/ows/1.1",
}
HREF = "{http://www.w3.org/1999/xlink}href"

KVP = "/service?service=WMTS&request=GetCapabilities"
REST = "/wmts/1.0.0/WMTSCapabilities.xml"


def capabilities(layers: FakeLayers, path: str, options: WmtsOptions | None = None) -> ET.Element:
    answer = client(layers, wmts=options or WmtsOptions()).get(path, Host="maps.example")
    assert (answer.status_code, answer.content_type) == (200, "application/xml")
    return ET.fromstring(answer.data)


def texts(parent: ET.Element, path: str) -> list[str | None]:
    return [element.text for element in parent.iterfind(path, NAMES)]


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC, GEODETIC_NW, title="A & B", format=MIXED)
    layers.add("geo", GEODETIC_NW)
    return layers


@pytest.mark.parametrize("path", [KVP, REST])
def test_layers_are_listed_with_the_grids_that_start_in_the_north(layers: FakeLayers, path: str) -> None:
    document = capabilities(layers, path)

    assert texts(document, "wmts:Contents/wmts:Layer/ows:Identifier") == ["osm", "geo"]
    assert texts(document, "wmts:Contents/wmts:Layer/ows:Title") == ["A & B", "Geo"]
    assert texts(document, "wmts:Contents/wmts:Layer/wmts:Format") == ["image/png", "image/png"]
    assert texts(document, ".//wmts:TileMatrixSetLink/wmts:TileMatrixSet") == [
        "GLOBAL_WEBMERCATOR",
        "geodetic_nw",
        "geodetic_nw",
    ]
    assert texts(document, "wmts:Contents/wmts:TileMatrixSet/ows:Identifier") == ["GLOBAL_WEBMERCATOR", "geodetic_nw"]


@pytest.mark.parametrize(
    ("path", "address", "encoding"),
    [
        pytest.param(KVP, "http://maps.example/service?", "KVP", id="parameters"),
        pytest.param("/ows" + KVP[8:], "http://maps.example/ows?", "KVP", id="under /ows"),
        pytest.param("/service/a/b" + KVP[8:], "http://maps.example/service/a/b?", "KVP", id="longer path"),
        pytest.param(REST, "http://maps.example/wmts?", "RESTful", id="path"),
        pytest.param("/wmts/x" + REST[5:], "http://maps.example/wmts?", "RESTful", id="any beginning"),
    ],
)
def test_operations_have_the_address_of_the_service(layers: FakeLayers, path: str, address: str, encoding: str) -> None:
    document = capabilities(layers, path)

    operations = document.findall("ows:OperationsMetadata/ows:Operation", NAMES)
    assert [operation.get("name") for operation in operations] == ["GetCapabilities", "GetTile"]
    assert {get.get(HREF) for get in document.iterfind(".//ows:Get", NAMES)} == {address}
    assert set(texts(document, ".//ows:Value")) == {encoding}


def test_tile_addresses_keep_only_what_differs_between_tiles(layers: FakeLayers) -> None:
    document = capabilities(layers, REST)

    assert next(resource.attrib for resource in document.iterfind(".//wmts:ResourceURL", NAMES)) == {
        "format": "image/png",
        "resourceType": "tile",
        "template": "http://maps.example/wmts/osm/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.png",
    }
    assert document.find("wmts:ServiceMetadataURL", NAMES).get(HREF) == "http://maps.example" + REST  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["a/b", ".", "..", ""])
def test_names_that_no_path_can_hold_get_no_tile_addresses(name: str) -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR)
    layers.add(name, WEBMERCATOR)

    document = capabilities(layers, REST)

    assert texts(document, "wmts:Contents/wmts:Layer/ows:Identifier") == ["osm", name or None]
    [resource] = document.iterfind(".//wmts:ResourceURL", NAMES)
    assert resource.attrib["template"].startswith("http://maps.example/wmts/osm/")


def test_grids_whose_names_no_path_can_hold_are_offered_by_parameters_only() -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, replace(GEODETIC_NW, name="a/b"))
    layers.add("geo", replace(GEODETIC_NW, name="a/b"))

    by_path, by_parameters = capabilities(layers, REST), capabilities(layers, KVP)

    assert texts(by_path, ".//wmts:TileMatrixSet/ows:Identifier") == ["GLOBAL_WEBMERCATOR"]
    assert texts(by_path, "wmts:Contents/wmts:Layer/ows:Identifier") == ["osm"]
    assert texts(by_path, ".//wmts:TileMatrixSetLink/wmts:TileMatrixSet") == ["GLOBAL_WEBMERCATOR"]
    assert texts(by_parameters, ".//wmts:TileMatrixSet/ows:Identifier") == ["GLOBAL_WEBMERCATOR", "a/b"]


def test_documents_of_the_service_by_parameters_name_no_tile_addresses(layers: FakeLayers) -> None:
    document = capabilities(layers, KVP)

    assert document.find(".//wmts:ResourceURL", NAMES) is None
    assert document.find("wmts:ServiceMetadataURL", NAMES) is None


def test_tile_matrices_are_those_of_the_ogc_for_the_well_known_grid(layers: FakeLayers) -> None:
    """OGC 07-057r7, annex E.4: GoogleMapsCompatible."""
    matrix = capabilities(layers, KVP).findall(".//wmts:TileMatrix", NAMES)[1]

    assert [element.text for element in matrix] == [
        "01",
        "279541132.0143589",
        "-20037508.342789244 20037508.342789244",
        "256",
        "256",
        "2",
        "2",
    ]


def test_matrices_of_grids_in_degrees_start_with_the_latitude(layers: FakeLayers) -> None:
    """OGC 07-057r7, annex E.3: GoogleCRS84Quad has this scale, in one tile."""
    document = capabilities(layers, KVP)

    matrix_set = document.findall("wmts:Contents/wmts:TileMatrixSet", NAMES)[1]
    assert matrix_set.findtext("wmts:TileMatrix/wmts:ScaleDenominator", None, NAMES) == "559082264.0287178"
    assert matrix_set.findtext("wmts:TileMatrix/wmts:TopLeftCorner", None, NAMES) == "90.0 -180.0"
    assert matrix_set.findtext("ows:SupportedCRS", None, NAMES) == "urn:ogc:def:crs:EPSG:4326"


def test_the_corner_of_a_grid_from_the_south_is_that_of_its_northernmost_tile() -> None:
    layers = FakeLayers()
    layers.add("south", SOUTHERN_WEBMERCATOR)

    corners = texts(capabilities(layers, KVP), ".//wmts:TopLeftCorner")

    assert set(corners) == {"-20037508.342789244 20037508.342789244"}


def test_extents_in_web_mercator_end_where_its_square_ends(layers: FakeLayers) -> None:
    document = capabilities(layers, KVP)

    lower = texts(document, ".//ows:WGS84BoundingBox/ows:LowerCorner")
    upper = texts(document, ".//ows:WGS84BoundingBox/ows:UpperCorner")
    assert lower == ["-180.0 -85.0511287798066", "-180.0 -90.0"]
    assert upper == ["180.0 85.0511287798066", "180.0 90.0"]


def test_levels_have_the_names_of_the_configuration() -> None:
    layers = FakeLayers()
    layers.add("osm", replace(ONE_LEVEL, level_names=("only",)))

    assert texts(capabilities(layers, KVP), ".//wmts:TileMatrix/ows:Identifier") == ["only"]


class TestDimensions:
    """A layer with a dimension, and one without."""

    TEMPLATE = "/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"

    @pytest.fixture
    def layers(self) -> FakeLayers:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR, dimensions=(Dimension("time", ("2020", "2021"), "2021"),))
        layers.add("plain", WEBMERCATOR)
        return layers

    @pytest.mark.parametrize(
        ("path", "template", "identifier"),
        [
            pytest.param(KVP, TEMPLATE, "time", id="parameters"),
            pytest.param(REST, TEMPLATE, "Time", id="spelled as in the template"),
            pytest.param(REST, WmtsOptions().restful_template, "time", id="not in the template"),
        ],
    )
    def test_values_and_default_are_listed(self, layers: FakeLayers, path: str, template: str, identifier: str) -> None:
        document = capabilities(layers, path, WmtsOptions(restful_template=template))

        (dimension,) = document.iterfind(".//wmts:Dimension", NAMES)
        assert [element.text for element in dimension] == [identifier, "2021", "2020", "2021"]

    def test_the_addresses_of_layers_without_it_say_default(self, layers: FakeLayers) -> None:
        document = capabilities(layers, REST, WmtsOptions(restful_template=self.TEMPLATE))

        templates = [resource.get("template", "") for resource in document.iterfind(".//wmts:ResourceURL", NAMES)]
        assert ["/osm/{Time}/" in templates[0], "/plain/default/" in templates[1]] == [True, True]


def test_the_document_says_what_the_provider_says(layers: FakeLayers) -> None:
    metadata = ServiceMetadata(
        title="T",
        abstract="a &lt; b",
        online_resource="http://office.example/?a=1&b=2",
        fees="much",
        access_constraints="few",
        contact=Contact(organization="Office", state="Bavaria"),
        keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",))),
    )

    document = capabilities(layers, KVP, WmtsOptions(metadata))

    identification = document.find("ows:ServiceIdentification", NAMES)
    assert identification is not None
    assert identification.findtext("ows:Abstract", None, NAMES) == "a < b"
    assert identification.findtext("ows:Fees", None, NAMES) == "much"
    assert identification.findtext("ows:AccessConstraints", None, NAMES) == "few"
    assert texts(identification, "ows:Keywords/ows:Keyword") == ["one", "two", "three"]
    assert texts(identification, "ows:Keywords/ows:Type") == ["GEMET"]
    provider = document.find("ows:ServiceProvider", NAMES)
    assert provider is not None
    assert provider.findtext("ows:ProviderName", None, NAMES) == "Office"
    assert provider.find("ows:ProviderSite", NAMES).get(HREF) == "http://office.example/?a=1&b=2"  # type: ignore[union-attr]
    assert provider.findtext(".//ows:AdministrativeArea", None, NAMES) == "Bavaria"


def test_without_contact_there_is_no_provider(layers: FakeLayers) -> None:
    assert capabilities(layers, KVP).find("ows:ServiceProvider", NAMES) is None


class TestLegends:
    """The legend of a layer is where the configuration says."""

    OWN = "{base_url}/legends?a=1&name={layer_name}"

    @staticmethod
    def legend(document: ET.Element) -> dict[str, str] | None:
        found = document.find(".//wmts:Style/wmts:LegendURL", NAMES)
        return None if found is None else found.attrib

    @pytest.mark.parametrize(
        ("path", "prefix"),
        [
            pytest.param(KVP, "", id="parameters"),
            pytest.param("/ows" + KVP[8:], "", id="under /ows"),
            pytest.param(REST, "", id="path"),
            pytest.param(KVP, "/maps", id="parameters behind a proxy"),
            pytest.param(REST, "/maps", id="path behind a proxy"),
        ],
    )
    def test_the_places_in_the_address_are_filled_in(self, path: str, prefix: str) -> None:
        layers = FakeLayers()
        layers.add("a&b c:d", WEBMERCATOR, wmts_kvp_legend_url=self.OWN, wmts_rest_legend_url=self.OWN)

        answer = client(layers).get(path, Host="maps.example", X_Script_Name=prefix)

        assert self.legend(ET.fromstring(answer.data)) == {
            "format": "image/png",
            HREF: f"http://maps.example{prefix}/legends?a=1&name=a%26b%20c:d",
        }

    @pytest.mark.parametrize(("path", "expected"), [(KVP, "http://kvp/"), (REST, "http://rest/")])
    def test_each_service_has_its_own(self, path: str, expected: str) -> None:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR, wmts_kvp_legend_url="http://kvp/", wmts_rest_legend_url="http://rest/")

        legend = self.legend(capabilities(layers, path))

        assert legend is not None
        assert legend[HREF] == expected

    @pytest.mark.parametrize("url", ["http://a/?x=1&amp;y=2", "http://a/?x=1&y=2"])
    def test_what_is_escaped_already_stays_so(self, url: str) -> None:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR, wmts_kvp_legend_url=url)

        legend = self.legend(capabilities(layers, KVP))

        assert legend is not None
        assert legend[HREF] == "http://a/?x=1&y=2"

    @pytest.mark.parametrize("path", [KVP, REST])
    def test_without_an_address_there_is_no_legend(self, layers: FakeLayers, path: str) -> None:
        assert self.legend(capabilities(layers, path)) is None


@pytest.mark.parametrize("path", [KVP, REST])
def test_that_a_grid_cannot_be_offered_is_said_once(
    layers: FakeLayers, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    web = client(layers)

    for host in ("one", "other"):
        web.get(path, Host=host)

    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "layer osm is not offered by WMTS in the grid GLOBAL_GEODETIC"
    ]

"""The capabilities documents of WMS (spec/services.md, 2.5, 3.7 and 3.12)."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.catalogue import GEODETIC_NW, MERCATOR, UTM, UTM_GRID, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FORMATS, FakeMaps, wms_options
from tests.fakes.wsgi import client
from tests.unit.entrypoints.wsgi.wms_requests import capabilities
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import GIF, TIFF, WEBP, ImageEncoding
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.service_metadata import (
    Attribution,
    Contact,
    DocumentLink,
    Identifier,
    KeywordList,
    LayerMetadata,
    Logo,
    ServiceMetadata,
)
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs

VERSIONS = ["1.0.0", "1.1.0", "1.1.1", "1.3.0"]

#: Those that say whom to ask, and where their addresses stand in attributes with a namespace.
WITH_CONTACTS = ["1.1.0", "1.1.1", "1.3.0"]
HREF = "{http://www.w3.org/1999/xlink}href"
CENTRE = Extent(BBox(5.0, 45.0, 15.0, 55.0), WGS84)


class Document:
    """A document without its namespace; ``layer`` finds one by its name."""

    def __init__(self, text: bytes) -> None:
        self.root = ET.fromstring(text.replace(b' xmlns="http://www.opengis.net/wms"', b""))

    def texts(self, path: str) -> list[str]:
        return [element.text or "" for element in self.root.iterfind(path)]

    def layer(self, name: str) -> ET.Element:
        (found,) = (layer for layer in self.root.iter("Layer") if layer.findtext("Name") == name)
        return found


def written(maps: FakeMaps, version: str, *, layers: FakeLayers | None = None, **options: Any) -> Document:
    answer = client(layers or FakeLayers(), **maps.parts(wms_options(**options))).get(capabilities(version))
    assert answer.status_code == 200
    return Document(answer.data)


def layer_of(version: str, *, options: dict[str, Any] | None = None, **described: Any) -> ET.Element:
    """The element of a layer, ``described`` as :class:`FakeMaps` does."""
    maps = FakeMaps()
    maps.add(maps.layer("osm", **described))
    return written(maps, version, **options or {}).layer("osm")


def boxes(layer: ET.Element) -> dict[str, BBox]:
    """The boxes of a layer by the codes of their SRS."""
    return {
        box.attrib.get("SRS") or box.attrib["CRS"]: BBox(
            *(float(box.attrib[name]) for name in ("minx", "miny", "maxx", "maxy"))
        )
        for box in layer.findall("BoundingBox")
    }


def geographic(layer: ET.Element) -> BBox:
    """The box in degrees, in either version."""
    box = layer.find("LatLonBoundingBox")
    if box is not None:
        return BBox(*(float(box.attrib[name]) for name in ("minx", "miny", "maxx", "maxy")))
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    return BBox(*(float(layer.findtext(f"EX_GeographicBoundingBox/{name}") or "nan") for name in names))


class TestService:
    @pytest.mark.parametrize(
        ("version", "content_type", "root", "name"),
        [
            ("1.0.0", "text/xml; charset=utf-8", "WMT_MS_Capabilities", "OGC:WMS"),
            ("1.1.0", "application/vnd.ogc.wms_xml", "WMT_MS_Capabilities", "OGC:WMS"),
            ("1.1.1", "application/vnd.ogc.wms_xml", "WMT_MS_Capabilities", "OGC:WMS"),
            ("1.3.0", "text/xml; charset=utf-8", "WMS_Capabilities", "WMS"),
        ],
    )
    def test_the_version_shows(self, version: str, content_type: str, root: str, name: str) -> None:
        answer = client(FakeLayers(), **FakeMaps().parts()).get(capabilities(version))

        found = Document(answer.data)
        assert answer.headers["Content-Type"] == content_type
        assert (found.root.tag, found.root.attrib["version"], found.texts("Service/Name")) == (root, version, [name])
        assert answer.headers["Vary"].startswith("X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto")

    @pytest.mark.parametrize("version", WITH_CONTACTS)
    def test_it_says_what_the_provider_says(self, version: str) -> None:
        contact = Contact(person="A & B", organization="Office", city="Town", phone="+1", address_type="physical")
        metadata = ServiceMetadata(
            title="<Maps>", abstract="A &amp; B", online_resource="http://office.example/?a=1&b=2", fees="some",
            access_constraints="few", contact=contact,
            keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",))),
        )  # fmt: skip

        found = written(FakeMaps(), version, metadata=metadata)

        texts = {element.tag: element.text for element in found.root.iterfind("Service//*") if not len(element)}
        assert (texts["Title"], texts["Abstract"]) == ("<Maps>", "A & B")
        assert (texts["Fees"], texts["AccessConstraints"]) == ("some", "few")
        assert (texts["ContactPerson"], texts["City"], texts["AddressType"]) == ("A & B", "Town", "physical")
        assert (texts["Country"], texts["ContactFacsimileTelephone"]) == (None, None)
        online = found.root.find("Service/OnlineResource")
        assert online is not None
        assert online.attrib[HREF] == "http://office.example/?a=1&b=2"
        keywords = [(word.text, word.get("vocabulary")) for word in found.root.iterfind("Service/KeywordList/Keyword")]
        assert keywords == ([("one", "GEMET"), ("two", "GEMET"), ("three", None)] if version == "1.3.0" else [])

    @pytest.mark.parametrize("version", VERSIONS)
    def test_without_contact_there_is_no_element_for_it(self, version: str) -> None:
        assert written(FakeMaps(), version).root.find("Service/ContactInformation") is None

    def test_1_0_0_says_less_of_the_provider(self) -> None:
        metadata = ServiceMetadata(
            title="<Maps>", abstract="A &amp; B", online_resource="http://office.example/?a=1&b=2", fees="some",
            access_constraints="few", contact=Contact(person="A"), keyword_list=(KeywordList(("one",)),),
        )  # fmt: skip

        found = written(FakeMaps(), "1.0.0", metadata=metadata)

        assert {element.tag: element.text for element in found.root.iterfind("Service/*")} == {
            "Name": "OGC:WMS",
            "Title": "<Maps>",
            "Abstract": "A & B",
            "OnlineResource": "http://office.example/?a=1&b=2",
            "Fees": "some",
            "AccessConstraints": "few",
        }

    def test_all_addresses_in_1_0_0_are_that_of_the_request(self) -> None:
        web = client(FakeLayers(), **FakeMaps().parts())
        answer = web.get(capabilities("1.0.0", path="/ows/more"), Host="maps.example", X_Script_Name="/pre")

        found = Document(answer.data)
        assert found.texts("Service/OnlineResource") == ["http://maps.example/pre/ows/more"]
        addresses = {element.attrib["onlineResource"] for element in found.root.iter("Get")}
        assert addresses == {"http://maps.example/pre/ows/more?"}

    @pytest.mark.parametrize("version", WITH_CONTACTS)
    def test_all_addresses_are_that_of_the_request(self, version: str) -> None:
        web = client(FakeLayers(), **FakeMaps().parts())
        answer = web.get(capabilities(version, path="/ows/more"), Host="maps.example", X_Script_Name="/pre")

        found = Document(answer.data).root
        addresses = {element.attrib[HREF] for element in found.iter("OnlineResource")}
        assert addresses == {"http://maps.example/pre/ows/more", "http://maps.example/pre/ows/more?"}

    @pytest.mark.parametrize(
        ("version", "own", "xml", "exceptions"),
        [
            (
                "1.1.0",
                "application/vnd.ogc.wms_xml",
                "application/vnd.ogc.gml",
                ["application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"],
            ),
            (
                "1.1.1",
                "application/vnd.ogc.wms_xml",
                "application/vnd.ogc.gml",
                ["application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"],
            ),
            ("1.3.0", "text/xml", "text/xml", ["XML", "INIMAGE", "BLANK"]),
        ],
    )
    def test_it_lists_operations_with_their_formats(
        self, version: str, own: str, xml: str, exceptions: list[str]
    ) -> None:
        found = written(FakeMaps(), version)

        operations = {
            operation.tag: [format_.text for format_ in operation.findall("Format")]
            for operation in found.root.iterfind("Capability/Request/*")
        }
        assert operations == {
            "GetCapabilities": [own],
            "GetMap": ["image/png", "image/jpeg", "image/tiff"],
            "GetFeatureInfo": ["text/plain", "text/html", xml],
        }
        assert found.texts("Capability/Exception/Format") == exceptions

    @pytest.mark.parametrize(
        ("formats", "listed"),
        [
            pytest.param(FORMATS, ["PNG", "JPEG", "TIFF"], id="usual ones"),
            pytest.param({"image/GeoTIFF": ImageEncoding(TIFF), "image/gif": ImageEncoding(GIF)}, ["GIF"], id="others"),
            pytest.param({"image/webp": ImageEncoding(WEBP)}, ["MIME"], id="none that has a name"),
        ],
    )
    def test_1_0_0_has_elements_for_formats(self, formats: dict[str, ImageEncoding], listed: list[str]) -> None:
        found = written(FakeMaps(), "1.0.0", formats=formats)

        operations = {
            operation.tag: [element.tag for element in operation.iterfind("Format/*")]
            for operation in found.root.iterfind("Capability/Request/*")
        }
        assert operations == {"Capabilities": ["WMS_XML"], "Map": listed, "FeatureInfo": ["MIME", "MIME", "GML.1"]}
        exceptions = [element.tag for element in found.root.iterfind("Capability/Exception/Format/*")]
        assert exceptions == ["INIMAGE", "BLANK", "WMS_XML"]

    def test_1_3_0_says_how_large_square_maps_may_be(self) -> None:
        found = written(FakeMaps(), "1.3.0", max_output_pixels=1_000_100)

        assert found.texts("Service/MaxWidth") + found.texts("Service/MaxHeight") == ["1000", "1000"]

    def test_a_document_without_version_is_of_the_highest(self) -> None:
        answer = client(FakeLayers(), **FakeMaps().parts()).get(capabilities(None))

        assert Document(answer.data).root.attrib["version"] == "1.3.0"


class TestTree:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_layers_stand_inside_their_groups_in_order(self, version: str) -> None:
        maps = FakeMaps()
        inner = maps.group("inner", maps.layer("b"), maps.layer("c"), title="Inner")
        maps.add(maps.layer("a"), maps.group(None, inner, title="No name"))

        (root,) = written(maps, version).root.iterfind("Capability/Layer")

        def shape(layer: ET.Element) -> Any:
            return (layer.findtext("Name"), layer.findtext("Title"), [shape(child) for child in layer.findall("Layer")])

        inner_shape = ("inner", "Inner", [("b", "B", []), ("c", "C", [])])
        assert shape(root) == (None, "Maps", [("a", "A", []), (None, "No name", [inner_shape])])

    @pytest.mark.parametrize(("version", "element"), [("1.1.1", "SRS"), ("1.3.0", "CRS")])
    def test_the_root_lists_the_srs_for_all(self, version: str, element: str) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("a"))

        found = written(maps, version)

        codes = ["EPSG:4326", "EPSG:3857", "EPSG:900913", "EPSG:25832"]
        assert found.texts(f"Capability/Layer/{element}") == codes
        assert found.layer("a").findall(element) == []

    def test_1_1_0_lists_the_srs_of_the_root_in_one_text(self) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("a"))

        found = written(maps, "1.1.0")

        assert found.texts("Capability/Layer/SRS") == ["EPSG:4326 EPSG:3857 EPSG:900913 EPSG:25832"]
        assert found.layer("a").findall("SRS") == []

    def test_1_0_0_lists_the_srs_of_each_layer_in_one_text(self) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("a"))

        found = written(maps, "1.0.0")

        assert [element.text for element in found.root.iter("SRS")] == [
            "EPSG:4326 EPSG:3857 EPSG:900913 EPSG:25832"
        ] * 2

    @pytest.mark.parametrize("version", VERSIONS)
    def test_nothing_can_be_queried(self, version: str) -> None:
        assert "queryable" not in layer_of(version).attrib


class TestBoxes:
    def test_they_are_in_x_y_order_in_1_1_1(self) -> None:
        found = boxes(layer_of("1.1.1", extent=CENTRE))

        assert found["EPSG:4326"] == BBox(5.0, 45.0, 15.0, 55.0)
        assert found["EPSG:3857"] == pytest.approx((556597.45, 5621521.49, 1669792.36, 7361866.11), abs=0.01)

    def test_they_have_the_axis_order_of_their_srs_in_1_3_0(self) -> None:
        found = boxes(layer_of("1.3.0", extent=CENTRE))

        assert found["EPSG:4326"] == BBox(45.0, 5.0, 55.0, 15.0)
        assert found["EPSG:3857"] == pytest.approx((556597.45, 5621521.49, 1669792.36, 7361866.11), abs=0.01)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_box_in_degrees_stays_off_the_poles(self, version: str) -> None:
        assert geographic(layer_of(version)) == BBox(-180.0, -89.999999, 180.0, 89.999999)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_box_in_degrees_stays_within_the_world(self, version: str) -> None:
        beyond = Extent(BBox(170.0, -100.0, 190.0, 10.0), WGS84)

        assert geographic(layer_of(version, extent=beyond)) == BBox(170.0, -89.999999, 180.0, 10.0)

    @pytest.mark.parametrize("offered", [pytest.param(True, id="as all layers"), pytest.param(False, id="as its own")])
    def test_an_extent_that_is_a_rounding_error_wider_than_the_world_is_the_world(self, *, offered: bool) -> None:
        noisy = Extent(BBox(-180.00000000000003, -90.00000000000003, 180.00000000000003, 90.00000000000001), WGS84)
        stated = (BoundingBoxSrs(WGS84),) if offered else ()

        found = boxes(layer_of("1.1.1", extent=noisy, options={"bbox_srs": stated}))

        assert found == {"EPSG:4326": BBox(-180.0, -90.0, 180.0, 90.0)}

    def test_boxes_in_degrees_end_where_the_world_does(self) -> None:
        beyond = Extent(BBox(170.0, -100.0, 190.0, 10.0), WGS84)

        assert boxes(layer_of("1.1.1", extent=beyond))["EPSG:4326"] == BBox(170.0, -90.0, 180.0, 10.0)

    def test_the_whole_world_in_metres_is_the_whole_world_in_degrees(self) -> None:
        found = boxes(layer_of("1.1.1", extent=Extent(WEBMERCATOR.bbox, MERCATOR)))

        assert found["EPSG:4326"] == pytest.approx((-180.0, -85.0511287798, 180.0, 85.0511287798), abs=1e-9)
        assert (found["EPSG:4326"].min_x, found["EPSG:4326"].max_x) == (-180.0, 180.0)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_an_srs_of_its_own_is_added_if_it_is_offered(self, version: str) -> None:
        local = Extent(UTM_GRID.bbox, UTM)

        assert list(boxes(layer_of(version, extent=local))) == ["EPSG:25832"]
        assert boxes(layer_of(version, extent=local)) == {"EPSG:25832": UTM_GRID.bbox}
        assert boxes(layer_of(version, extent=local, options={"srs": (WGS84, MERCATOR)})) == {}

    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_layer_without_image_in_degrees_may_be_anywhere(self, version: str) -> None:
        assert geographic(layer_of(version, extent=Extent(UTM_GRID.bbox, UTM))).width == 360.0

    def test_srs_that_are_not_offered_have_no_box(self) -> None:
        assert list(boxes(layer_of("1.1.1", options={"srs": (WGS84,)}))) == ["EPSG:4326"]

    @pytest.mark.parametrize(
        ("extent", "expected"),
        [
            pytest.param(Extent(BBox(-180.0, -90.0, 180.0, 90.0), WGS84), BBox(0.0, 40.0, 10.0, 50.0), id="world"),
            pytest.param(CENTRE, BBox(5.0, 45.0, 10.0, 50.0), id="common part"),
            pytest.param(Extent(BBox(20.0, 20.0, 30.0, 30.0), WGS84), None, id="nothing in common"),
            pytest.param(Extent(BBox(1.0, 41.0, 2.0, 42.0), WGS84), BBox(1.0, 41.0, 2.0, 42.0), id="inside"),
        ],
    )
    def test_the_box_of_an_srs_limits_those_of_layers(self, extent: Extent, expected: BBox | None) -> None:
        limited = {"bbox_srs": (BoundingBoxSrs(WGS84, BBox(0.0, 40.0, 10.0, 50.0)),)}

        layer = layer_of("1.1.1", extent=extent, options=limited)

        assert boxes(layer) == ({} if expected is None else {"EPSG:4326": expected})
        assert geographic(layer) == (expected or extent.bbox)

    def test_limits_in_metres_are_met_by_layers_in_degrees(self) -> None:
        limited = {"bbox_srs": (BoundingBoxSrs(MERCATOR, BBox(0.0, 0.0, 1_000_000.0, 7_000_000.0)),)}

        found = boxes(layer_of("1.1.1", extent=CENTRE, options=limited))

        assert found["EPSG:3857"] == pytest.approx((556597.45, 5621521.49, 1_000_000.0, 7_000_000.0), abs=0.01)

    def test_layers_with_one_extent_are_projected_once(self) -> None:
        maps = FakeMaps()
        maps.add(*(maps.layer(f"layer{number}", extent=CENTRE) for number in range(50)))
        web = client(FakeLayers(), **maps.parts())

        for version in VERSIONS:
            web.get(capabilities(version))

        assert maps.projection.asked.count(("EPSG:4326", "EPSG:3857")) == 2  # the root has the world


class TestLayerMetadata:
    METADATA = LayerMetadata(
        abstract="Every & all",
        keyword_list=(KeywordList(("roads",), "GEMET"),),
        attribution=Attribution("Office", "http://a.example/?x=1&y", Logo("http://logo.example/", 10, 20, "image/png")),
        identifiers=(Identifier("http://authority.example/", "auth", "id-1"),),
        metadata=(
            DocumentLink("http://iso.example/", "text/xml", "ISO19115:2003"),
            DocumentLink("http://fgdc.example/", "text/plain", "FGDC:1998"),
            DocumentLink("http://inspire.example/", "text/xml", "INSPIRE"),
        ),
        data=(DocumentLink("http://data.example/", "text/csv"),),
        feature_lists=(DocumentLink("http://list.example/", "text/html"),),
    )

    def test_1_3_0_has_all_of_it(self) -> None:
        layer = layer_of("1.3.0", metadata=self.METADATA)

        assert layer.findtext("Abstract") == "Every & all"
        assert [(word.text, word.get("vocabulary")) for word in layer.iter("Keyword")] == [("roads", "GEMET")]
        assert layer.findtext("Attribution/Title") == "Office"
        assert self.links(layer, "Attribution") == [(None, None, "http://a.example/?x=1&y")]
        logo = layer.find("Attribution/LogoURL")
        assert logo is not None
        assert (logo.attrib, logo.findtext("Format")) == ({"width": "10", "height": "20"}, "image/png")
        assert self.links(layer, "AuthorityURL") == [(None, None, "http://authority.example/")]
        assert [(found.attrib, found.text) for found in layer.findall("Identifier")] == [
            ({"authority": "auth"}, "id-1")
        ]
        assert self.links(layer, "MetadataURL") == [
            ("ISO19115:2003", "text/xml", "http://iso.example/"),
            ("FGDC:1998", "text/plain", "http://fgdc.example/"),
            ("INSPIRE", "text/xml", "http://inspire.example/"),
        ]
        assert self.links(layer, "DataURL") == [(None, "text/csv", "http://data.example/")]
        assert self.links(layer, "FeatureListURL") == [(None, "text/html", "http://list.example/")]

    def test_1_1_1_has_the_abstract_and_links_of_the_types_it_knows(self) -> None:
        layer = layer_of("1.1.1", metadata=self.METADATA)

        assert layer.findtext("Abstract") == "Every & all"
        assert self.links(layer, "MetadataURL") == [
            ("TC211", "text/xml", "http://iso.example/"),
            ("FGDC", "text/plain", "http://fgdc.example/"),
        ]
        tags = {element.tag for element in layer}
        assert tags.isdisjoint(
            {"KeywordList", "Attribution", "AuthorityURL", "Identifier", "DataURL", "FeatureListURL"}
        )

    @pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
    def test_old_versions_have_none_of_it(self, version: str) -> None:
        layer = layer_of(version, metadata=self.METADATA)

        tags = {element.tag for element in layer}
        assert tags <= {"Name", "Title", "SRS", "LatLonBoundingBox", "BoundingBox"}

    @staticmethod
    def links(layer: ET.Element, tag: str) -> list[tuple[str | None, str | None, str]]:
        return [
            (found.get("type"), found.findtext("Format"), online.attrib[HREF])
            for found in layer.findall(tag)
            for online in found.findall("OnlineResource")
        ]


class TestDimensions:
    DIMENSIONS = (Dimension("time", ("2020", "2021"), "2021"), Dimension("elevation", ("0", "<10"), "0"))

    def test_1_1_1_has_an_element_for_the_dimension_and_one_for_its_values(self) -> None:
        layer = layer_of("1.1.1", dimensions=self.DIMENSIONS)

        assert [found.attrib for found in layer.findall("Dimension")] == [
            {"name": "time", "units": "ISO8601"},
            {"name": "elevation", "units": ""},
        ]
        assert [(found.attrib, found.text) for found in layer.findall("Extent")] == [
            ({"name": "time", "default": "2021", "nearestValue": "0"}, "2020,2021"),
            ({"name": "elevation", "default": "0", "nearestValue": "0"}, "0,<10"),
        ]

    def test_1_1_0_cannot_say_that_the_nearest_value_is_not_good_enough(self) -> None:
        layer = layer_of("1.1.0", dimensions=self.DIMENSIONS)

        assert [found.attrib["name"] for found in layer.findall("Dimension")] == ["time", "elevation"]
        assert [(found.attrib, found.text) for found in layer.findall("Extent")] == [
            ({"name": "time", "default": "2021"}, "2020,2021"),
            ({"name": "elevation", "default": "0"}, "0,<10"),
        ]

    def test_1_0_0_knows_no_dimensions(self) -> None:
        layer = layer_of("1.0.0", dimensions=self.DIMENSIONS)

        assert layer.find("Dimension") is None

    def test_1_3_0_has_one_for_both(self) -> None:
        layer = layer_of("1.3.0", dimensions=self.DIMENSIONS)

        assert [(found.attrib, found.text) for found in layer.findall("Dimension")] == [
            ({"name": "time", "units": "ISO8601", "default": "2021", "nearestValue": "0"}, "2020,2021"),
            ({"name": "elevation", "units": "", "default": "0", "nearestValue": "0"}, "0,<10"),
        ]


class TestScales:
    EARTH = 360 * 111319.49079327358

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            pytest.param(ResolutionRange(), None, id="no limit"),
            pytest.param(ResolutionRange(1000.0, 10.0), (10.0, 1000.0), id="both"),
            pytest.param(ResolutionRange(1000.0, None), (0.0, 1000.0), id="coarsest only"),
            pytest.param(ResolutionRange(None, 10.0), (10.0, EARTH), id="finest only"),
        ],
    )
    @pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.1.1"])
    def test_1_1_1_has_both_diagonals_of_a_pixel(
        self, version: str, limits: ResolutionRange, expected: tuple[float, float] | None
    ) -> None:
        hint = layer_of(version, resolutions=limits).find("ScaleHint")

        found = None if hint is None else (float(hint.attrib["min"]), float(hint.attrib["max"]))
        assert found == (None if expected is None else pytest.approx([math.sqrt(2) * limit for limit in expected]))

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            pytest.param(ResolutionRange(), (None, None), id="no limit"),
            pytest.param(ResolutionRange(28.0, 0.28), (1000.0, 100_000.0), id="both"),
            pytest.param(ResolutionRange(28.0, None), (None, 100_000.0), id="coarsest only"),
            pytest.param(ResolutionRange(None, 0.28), (1000.0, None), id="finest only"),
        ],
    )
    def test_1_3_0_has_scale_denominators(
        self, limits: ResolutionRange, expected: tuple[float | None, float | None]
    ) -> None:
        layer = layer_of("1.3.0", resolutions=limits)

        texts = (layer.findtext("MinScaleDenominator"), layer.findtext("MaxScaleDenominator"))
        assert [None if text is None else float(text) for text in texts] == pytest.approx(list(expected))


class TestTileSets:
    @pytest.fixture
    def layers(self) -> FakeLayers:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR, GEODETIC_NW)
        layers.add("webp", WEBMERCATOR, format="image/webp")
        layers.add("local", UTM_GRID, format="image/jpeg")
        layers.add("other", WEBMERCATOR)
        return layers

    @pytest.fixture
    def maps(self) -> FakeMaps:
        maps = FakeMaps()
        other = maps.layer("other", cache="another_cache")
        maps.add(
            maps.layer("osm"), maps.group("group", maps.layer("local")), maps.layer("webp"), other, maps.layer("no")
        )
        return maps

    def test_tiled_lists_what_can_be_asked_for_as_tiles(self, maps: FakeMaps, layers: FakeLayers) -> None:
        answer = client(layers, **maps.parts()).get(capabilities("1.1.1", tiled="true"))

        sets = [
            (found.findtext("Layers"), found.findtext("SRS"), found.findtext("Format"))
            for found in Document(answer.data).root.iterfind("Capability/VendorSpecificCapabilities/TileSet")
        ]
        assert sets == [
            ("osm", "EPSG:3857", "image/png"),
            ("osm", "EPSG:4326", "image/png"),
            ("local", "EPSG:25832", "image/jpeg"),
        ]

    def test_1_1_0_names_their_srs_as_tms_does(self, maps: FakeMaps, layers: FakeLayers) -> None:
        answer = client(layers, **maps.parts()).get(capabilities("1.1.0", tiled="true"))

        found = list(Document(answer.data).root.iter("TileSet"))
        assert [tile_set.findtext("SRS") for tile_set in found] == ["OSGEO:41001", "EPSG:4326", "EPSG:25832"]
        assert boxes(found[0]) == {"OSGEO:41001": WEBMERCATOR.bbox}

    def test_no_store_or_source_is_set_up_to_list_them(self, maps: FakeMaps, layers: FakeLayers) -> None:
        layers.refuses_to_build = True

        answer = client(layers, **maps.parts()).get(capabilities("1.1.1", tiled="true"))

        assert answer.status_code == 200
        assert len(list(Document(answer.data).root.iter("TileSet"))) == 3

    def test_a_set_says_how_tiles_lie(self, maps: FakeMaps, layers: FakeLayers) -> None:
        answer = client(layers, **maps.parts()).get(capabilities("1.1.1", tiled="true"))

        found = next(Document(answer.data).root.iter("TileSet"))
        resolutions = [float(text) for text in (found.findtext("Resolutions") or "").split()]
        assert resolutions == list(WEBMERCATOR.resolutions[1:])
        assert (found.findtext("Width"), found.findtext("Height"), found.findtext("Styles")) == ("256", "256", "")
        assert boxes(found) == {"EPSG:3857": WEBMERCATOR.bbox}

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param(capabilities("1.1.1"), id="not asked for"),
            pytest.param(capabilities("1.1.1", tiled="false"), id="not wanted"),
            pytest.param(capabilities("1.3.0", tiled="true"), id="1.3.0 has no place for it"),
            pytest.param(capabilities("1.0.0", tiled="true"), id="nor has 1.0.0"),
        ],
    )
    def test_other_documents_have_none(self, maps: FakeMaps, layers: FakeLayers, path: str) -> None:
        answer = client(layers, **maps.parts()).get(path)

        assert b"TileSet" not in answer.data
        assert layers.built == []

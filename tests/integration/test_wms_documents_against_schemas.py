"""Documents of WMS are valid against the types and schemas of the OGC, and OWSLib reads them."""

from __future__ import annotations

import pytest
from owslib.wms import WebMapService

from tests.fakes.catalogue import GEODETIC_NW, UTM, UTM_GRID, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.legends import FakeLegendSource, legend
from tests.fakes.text_imaging import image
from tests.fakes.wsgi import WsgiClient, client
from tests.integration.support.schemas import validate_by_own_type, validate_by_schema, validate_by_schemas
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import SourceError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import WEBP, ImageEncoding
from tilekeep.domain.inspire import (
    Citation,
    Conformity,
    Dates,
    EmbeddedMetadata,
    InspireKeyword,
    InspireMetadata,
    PointOfContact,
    ResourceLocator,
)
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

SERVICE = ServiceMetadata(
    title="Maps & <more>",
    abstract="All",
    online_resource="http://office.example/?a=1&b=2",
    contact=Contact(person="Somebody", organization="Office", phone="+1", state="State"),
    keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",)), KeywordList(())),
)
LAYER = LayerMetadata(
    abstract="text",
    keyword_list=(KeywordList(("roads",), "GEMET"),),
    attribution=Attribution("Office", "http://a.example/?x=1&y", Logo("http://logo.example/", 10, 20, "image/png")),
    identifiers=(Identifier("http://authority.example/", "auth", "id-1"), Identifier("http://b.example/", "b", "2")),
    metadata=(
        DocumentLink("http://iso.example/", "text/xml", "ISO19115:2003"),
        DocumentLink("http://fgdc.example/", "text/plain", "FGDC:1998"),
    ),
    data=(DocumentLink("http://data.example/", "text/csv"),),
    feature_lists=(DocumentLink("http://list.example/", "text/html"),),
)

_SERVICE_AT = ResourceLocator("http://view.example/?a=1&b=2", "text/xml")
_METADATA_AT = ResourceLocator("http://catalogue.example/?id=1&b=2", "application/vnd.iso.19139+xml")
_REGULATION = Citation(
    "COMMISSION REGULATION (EU) No 1089/2010 of 23 November 2010 implementing Directive 2007/2/EC of the European "
    "Parliament and of the Council as regards interoperability of spatial data sets and services",
    Dates("2010-12-08", "2010-01-01", "2011-01-01"),
    ("OJ:L:2010:323:0011:0102:EN:PDF",),
    (ResourceLocator("http://eur-lex.example/?a&b", "application/pdf"),),
)
_THEMES = Citation("GEMET - INSPIRE themes", Dates(last_revision="2008-06-01"))
EMBEDDED = InspireMetadata(
    "eng",
    embedded=EmbeddedMetadata(
        locators=(_SERVICE_AT,),
        temporal_reference=Dates("2020-01-01", "2019-01-01", "2021-01-01"),
        conformities=(Conformity(_REGULATION, "notEvaluated"),),
        contacts=(PointOfContact("Office & more", "a@office.example"),),
        date="2021-02-03",
        mandatory_keywords=("infoMapAccessService",),
        keywords=(InspireKeyword(_THEMES, "Orthoimagery"),),
    ),
)
LINKED = InspireMetadata("ger", _METADATA_AT)
EMBEDDED_AND_LINKED = InspireMetadata("eng", _METADATA_AT, EMBEDDED.embedded)

WMS = "wms/1.3.0/capabilities_1_3_0.xsd"
SLD = "sld/1.1.0/sld_capabilities.xsd"
INSPIRE = "inspire/inspire_vs/1.0/inspire_vs.xsd"


@pytest.fixture
def web() -> WsgiClient:
    """Layers that say everything that can be said."""
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC_NW)
    maps = FakeMaps()
    drawn = legend("osm", FakeLegendSource(image(30, 20)))
    lost = legend("lost", FakeLegendSource(SourceError("gone")))
    maps.add(
        maps.layer("legend", legends=(drawn,), metadata=LAYER, resolutions=ResolutionRange(1000.0, 10.0)),
        maps.layer("lost", legends=(lost,)),
        maps.layer("osm", extent=Extent(BBox(5.0, 45.0, 15.0, 55.0), WGS84), metadata=LAYER, info=("s",)),
        maps.group(
            "group",
            maps.layer(
                "time",
                dimensions=(Dimension("time", ("2020", "2021"), "2021"), Dimension("elevation", ("0", "10"), "0")),
                metadata=LAYER,
                resolutions=ResolutionRange(min_res=1000.0),
            ),
            maps.group(None, maps.layer("local", extent=Extent(UTM_GRID.bbox, UTM)), title="<&>"),
            title="Group",
            resolutions=ResolutionRange(max_res=10.0),
        ),
    )
    return client(layers, **maps.parts(wms_options(metadata=SERVICE)))


#: Those whose documents name their document type themselves.
WITH_TYPES = ["1.0.0", "1.1.0", "1.1.1"]


class TestCapabilities:
    @pytest.mark.parametrize("tiled", ["false", "true"])
    @pytest.mark.parametrize("version", WITH_TYPES)
    def test_those_with_a_document_type_are_valid(self, web: WsgiClient, version: str, tiled: str) -> None:
        validate_by_own_type(web.get(capabilities(version, tiled=tiled)).data)

    def test_1_0_0_are_valid_without_a_format_that_has_a_name(self) -> None:
        web = client(FakeLayers(), **FakeMaps().parts(wms_options(formats={"image/webp": ImageEncoding(WEBP)})))

        validate_by_own_type(web.get(capabilities("1.0.0")).data)

    def test_1_3_0_are_valid(self, web: WsgiClient) -> None:
        validate_by_schemas(web.get(capabilities("1.3.0")).data, WMS, SLD)

    @pytest.mark.parametrize("inspire", [LINKED, EMBEDDED, EMBEDDED_AND_LINKED], ids=["linked", "embedded", "both"])
    def test_1_3_0_are_valid_with_what_inspire_wants(self, inspire: InspireMetadata) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("legend", legends=(legend("osm", FakeLegendSource(image(30, 20))),)))
        web = client(FakeLayers(), **maps.parts(wms_options(metadata=SERVICE, inspire=inspire)))

        document = web.get(capabilities("1.3.0")).data

        assert b"<Name>inspire_common:DEFAULT</Name>" in document
        validate_by_schemas(document, WMS, SLD, INSPIRE)

    def test_they_are_valid_without_any_layer(self) -> None:
        web = client(FakeLayers(), **FakeMaps().parts())

        for version in WITH_TYPES:
            validate_by_own_type(web.get(capabilities(version)).data)
        validate_by_schema("wms/1.3.0/capabilities_1_3_0.xsd", web.get(capabilities("1.3.0")).data)


EXCEPTIONS = [
    pytest.param({"layers": None}, id="missing parameter"),
    pytest.param({"layers": "<&>\x00"}, id="unknown layer"),
    pytest.param({"request": "x"}, id="unknown request"),
]


class TestExceptions:
    """The type of those of 1.0.0 was never published: they are one element with text (OGC 00-028, annex A.2)."""

    @pytest.mark.parametrize("changed", EXCEPTIONS)
    def test_they_are_valid(self, web: WsgiClient, changed: dict[str, str | None]) -> None:
        for version in ("1.1.0", "1.1.1"):
            validate_by_own_type(web.get(get_map(version, **changed)).data)
        validate_by_schema("wms/1.3.0/exceptions_1_3_0.xsd", web.get(get_map("1.3.0", **changed)).data)


class TestOwsLib:
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_it_finds_layers_formats_and_boxes(self, web: WsgiClient, version: str) -> None:
        service = WebMapService("http://localhost/service", version=version, xml=web.get(capabilities(version)).data)

        assert service.identification.title == "Maps & <more>"
        assert service.provider.contact.organization == "Office"
        assert list(service.contents) == ["legend", "lost", "osm", "group", "time", "local"]
        assert service.getOperationByName("GetMap").formatOptions == ["image/png", "image/jpeg", "image/tiff"]
        assert [layer.queryable for layer in service.contents.values()] == [0, 0, 1, 0, 0, 0]
        layer = service["osm"]
        assert layer.boundingBoxWGS84 == (5.0, 45.0, 15.0, 55.0)
        assert set(layer.crsOptions) == {"EPSG:4326", "EPSG:3857", "EPSG:900913", "EPSG:25832"}
        assert {url["url"] for url in layer.metadataUrls} == {"http://iso.example/", "http://fgdc.example/"}

    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_it_finds_the_times_of_a_layer(self, web: WsgiClient, version: str) -> None:
        service = WebMapService("http://localhost/service", version=version, xml=web.get(capabilities(version)).data)

        assert service["time"].timepositions == ["2020", "2021"]
        assert service["time"].defaulttimeposition == "2021"

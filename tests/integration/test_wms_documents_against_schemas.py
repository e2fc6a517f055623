"""Documents of WMS are valid against the types and schemas of the OGC, and OWSLib reads them."""

from __future__ import annotations

import pytest
from owslib.wms import WebMapService

from tests.fakes.catalogue import GEODETIC_NW, UTM, UTM_GRID, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, client
from tests.integration.support.schemas import validate_by_own_type, validate_by_schema
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
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


@pytest.fixture
def web() -> WsgiClient:
    """Layers that say everything that can be said."""
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC_NW)
    maps = FakeMaps()
    maps.add(
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


class TestCapabilities:
    @pytest.mark.parametrize("tiled", ["false", "true"])
    def test_1_1_1_are_valid(self, web: WsgiClient, tiled: str) -> None:
        validate_by_own_type(web.get(capabilities("1.1.1", tiled=tiled)).data)

    def test_1_3_0_are_valid(self, web: WsgiClient) -> None:
        validate_by_schema("wms/1.3.0/capabilities_1_3_0.xsd", web.get(capabilities("1.3.0")).data)

    def test_they_are_valid_without_any_layer(self) -> None:
        web = client(FakeLayers(), **FakeMaps().parts())

        validate_by_own_type(web.get(capabilities("1.1.1")).data)
        validate_by_schema("wms/1.3.0/capabilities_1_3_0.xsd", web.get(capabilities("1.3.0")).data)


EXCEPTIONS = [
    pytest.param(get_map(layers=None), get_map("1.3.0", layers=None), id="missing parameter"),
    pytest.param(get_map(layers="<&>\x00"), get_map("1.3.0", layers="<&>\x00"), id="unknown layer"),
    pytest.param(get_map(request="x"), get_map("1.3.0", request="x"), id="unknown request"),
]


class TestExceptions:
    @pytest.mark.parametrize(("of_1_1_1", "of_1_3_0"), EXCEPTIONS)
    def test_they_are_valid(self, web: WsgiClient, of_1_1_1: str, of_1_3_0: str) -> None:
        validate_by_own_type(web.get(of_1_1_1).data)
        validate_by_schema("wms/1.3.0/exceptions_1_3_0.xsd", web.get(of_1_3_0).data)


class TestOwsLib:
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_it_finds_layers_formats_and_boxes(self, web: WsgiClient, version: str) -> None:
        service = WebMapService("http://localhost/service", version=version, xml=web.get(capabilities(version)).data)

        assert service.identification.title == "Maps & <more>"
        assert service.provider.contact.organization == "Office"
        assert list(service.contents) == ["osm", "group", "time", "local"]
        assert service.getOperationByName("GetMap").formatOptions == ["image/png", "image/jpeg", "image/tiff"]
        assert [layer.queryable for layer in service.contents.values()] == [1, 0, 0, 0]
        layer = service["osm"]
        assert layer.boundingBoxWGS84 == (5.0, 45.0, 15.0, 55.0)
        assert set(layer.crsOptions) == {"EPSG:4326", "EPSG:3857", "EPSG:900913", "EPSG:25832"}
        assert {url["url"] for url in layer.metadataUrls} == {"http://iso.example/", "http://fgdc.example/"}

    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_it_finds_the_times_of_a_layer(self, web: WsgiClient, version: str) -> None:
        service = WebMapService("http://localhost/service", version=version, xml=web.get(capabilities(version)).data)

        assert service["time"].timepositions == ["2020", "2021"]
        assert service["time"].defaulttimeposition == "2021"

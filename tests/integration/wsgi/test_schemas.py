"""Documents are valid against the schemas of the OGC, as MapProxy's installation carries them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.fakes.catalogue import GEODETIC_NW, ONE_LEVEL, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import WsgiClient, client
from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.service_metadata import Contact, KeywordList, ServiceMetadata
from tilekeep.entrypoints.wsgi.options import WmtsOptions

Validate = Callable[[str, bytes], None]


@pytest.fixture(scope="module")
def validate() -> Validate:
    """A function that fails with the list of mistakes in a document."""
    (schemas,) = Path(mapproxy_python()).parents[1].glob("lib/python*/site-packages/mapproxy/test/schemas")

    def check(schema: str, document: bytes) -> None:
        etree.XMLSchema(etree.parse(schemas / schema)).assertValid(etree.fromstring(document))

    return check


@pytest.fixture
def web() -> WsgiClient:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC_NW, dimensions=(Dimension("time", ("2020", "2021"), "2021"),))
    layers.add("local", UTM_GRID, ONE_LEVEL, title="<&>", abstract="text")
    metadata = ServiceMetadata(
        title="Maps",
        abstract="All",
        online_resource="http://office.example/?a=1&b=2",
        contact=Contact(person="Somebody", organization="Office", phone="+1", state="State"),
        keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",)), KeywordList(())),
    )
    return client(layers, wmts=WmtsOptions(metadata))


@pytest.mark.parametrize("path", ["/service?service=WMTS&request=GetCapabilities", "/wmts/1.0.0/WMTSCapabilities.xml"])
def test_wmts_capabilities(web: WsgiClient, validate: Validate, path: str) -> None:
    validate("wmts/1.0/wmtsGetCapabilities_response.xsd", web.get(path).data)


def test_wmts_capabilities_without_any_layer(validate: Validate) -> None:
    answer = client(FakeLayers()).get("/wmts/1.0.0/WMTSCapabilities.xml")

    validate("wmts/1.0/wmtsGetCapabilities_response.xsd", answer.data)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/service", id="no service"),
        pytest.param("/service?service=WMTS&request=GetTile", id="parameters are missing"),
        pytest.param("/wmts/%3C/x/0/0/0.png", id="no such path"),
        pytest.param("/wmts/a%00b", id="characters that XML does not know"),
    ],
)
def test_exception_reports(web: WsgiClient, validate: Validate, path: str) -> None:
    validate("ows/1.1.0/owsExceptionReport.xsd", web.get(path).data)

"""Documents are valid against the schemas of the OGC, as MapProxy's installation carries them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.fakes.catalogue import (
    GEODETIC_NW,
    ONE_LEVEL,
    SOUTHERN_WEBMERCATOR,
    UTM_GRID,
    WEBMERCATOR,
    FakeLayers,
)
from tests.fakes.wsgi import WsgiClient, client
from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.service_metadata import Contact, KeywordList, ServiceMetadata
from tilekeep.entrypoints.wsgi.options import WmtsOptions

Validate = Callable[[str, bytes], None]

CAPABILITIES = "wmts/1.0/wmtsGetCapabilities_response.xsd"
EXCEPTIONS = "ows/1.1.0/owsExceptionReport.xsd"
KVP = "/service?service=WMTS&request=GetCapabilities"
REST = "/wmts/1.0.0/WMTSCapabilities.xml"
TILE = "/service?service=WMTS&request=GetTile&version=1.0.0&style=&format=image/png&tilematrix=0&tilerow=0&tilecol=0"

#: What only a template with a variable for the dimension can say.
WITH_TIME = "/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"

#: Formats of feature info: with a suffix for paths, and without one.
FORMATS = (("html", "text/html"), ("gml", "application/gml+xml; version=3.1"), (None, "text/plain"))

INFO = f"{TILE.replace('GetTile', 'GetFeatureInfo')}&tilematrixset=GLOBAL_WEBMERCATOR"

#: Documents and the schema of each; those of further services are added here.
DOCUMENTS = [
    pytest.param(CAPABILITIES, KVP, id="WMTS capabilities by parameters"),
    pytest.param(CAPABILITIES, "/ows" + KVP[8:], id="WMTS capabilities under /ows"),
    pytest.param(CAPABILITIES, REST, id="WMTS capabilities by path"),
    pytest.param(EXCEPTIONS, "/service", id="no service"),
    pytest.param(EXCEPTIONS, "/service?service=<&>", id="a service that does not exist"),
    pytest.param(EXCEPTIONS, "/service?service=WMTS", id="no request"),
    pytest.param(EXCEPTIONS, "/service?service=WMTS&request=GetTile", id="parameters are missing"),
    pytest.param(EXCEPTIONS, f"{TILE}&layer=%22&tilematrixset=x", id="a layer that does not exist"),
    pytest.param(EXCEPTIONS, f"{TILE}&layer=osm&tilematrixset=x", id="a matrix set that does not exist"),
    pytest.param(EXCEPTIONS, f"{TILE}&layer=osm&tilematrixset=geodetic_nw&time=1", id="a value that does not exist"),
    pytest.param(EXCEPTIONS, f"{INFO}&layer=osm&infoformat=text/html&i=999&j=0", id="a place beside the tile"),
    pytest.param(EXCEPTIONS, f"{INFO}&layer=a legend&infoformat=text/html&i=0&j=0", id="a layer nobody knows about"),
    pytest.param(EXCEPTIONS, "/wmts/%3C/x/0/0/0.png", id="no such path"),
    pytest.param(EXCEPTIONS, "/wmts/a%00b", id="characters that XML does not know"),
]


@pytest.fixture(scope="module")
def validate() -> Validate:
    """A function that fails with the list of mistakes in a document; nothing is fetched from the network."""
    (schemas,) = Path(mapproxy_python()).parents[1].glob("lib/python*/site-packages/mapproxy/test/schemas")

    def check(schema: str, document: bytes) -> None:
        offline = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        root = etree.fromstring(document, offline)
        if schema.endswith(".dtd"):
            etree.DTD(str(schemas / schema)).assertValid(root)
        else:
            etree.XMLSchema(etree.parse(schemas / schema, offline)).assertValid(root)

    return check


def web(template: str = WmtsOptions().restful_template) -> WsgiClient:
    """Layers with all that documents may have to tell."""
    layers = FakeLayers()
    times = Dimension("time", ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), "2021-01-01T00:00:00Z")
    layers.add(
        "osm", WEBMERCATOR, GEODETIC_NW, dimensions=(times, Dimension("level", ("0", "<10>"), "0")), info_sources=("s",)
    )
    layers.add("local", UTM_GRID, ONE_LEVEL, title="<&>", abstract="text", format="image/jpeg")
    layers.add("south", SOUTHERN_WEBMERCATOR)
    layers.add(
        "a legend",
        WEBMERCATOR,
        wmts_kvp_legend_url="{base_url}/legend?a=1&layer={layer_name}",
        wmts_rest_legend_url="{base_url}/legends/{layer_name}.png",
    )
    metadata = ServiceMetadata(
        title="Maps",
        abstract="All",
        online_resource="http://office.example/?a=1&b=2",
        contact=Contact(person="Somebody", organization="Office", phone="+1", state="State"),
        keyword_list=(KeywordList(("one", "two"), "GEMET"), KeywordList(("three",)), KeywordList(())),
    )
    return client(layers, wmts=WmtsOptions(metadata, restful_template=template, info_formats=FORMATS))


@pytest.mark.parametrize(("schema", "path"), DOCUMENTS)
def test_documents_are_valid(validate: Validate, schema: str, path: str) -> None:
    validate(schema, web().get(path).data)


def test_wmts_capabilities_with_a_dimension_in_the_template(validate: Validate) -> None:
    answer = web(WITH_TIME).get(REST)

    assert "/osm/{Time}/{TileMatrixSet}/" in answer.text
    validate(CAPABILITIES, answer.data)


def test_wmts_capabilities_without_any_layer(validate: Validate) -> None:
    validate(CAPABILITIES, client(FakeLayers()).get(REST).data)


def test_wmts_capabilities_behind_a_proxy(validate: Validate) -> None:
    headers = {"X_Forwarded_Host": "maps.example:8443, inner", "X_Forwarded_Proto": "https", "X_Script_Name": "/a%20b"}

    validate(CAPABILITIES, web().get(REST, **headers).data)


@pytest.mark.parametrize(
    ("schema", "document"),
    [
        pytest.param(CAPABILITIES, b'<Capabilities xmlns="http://www.opengis.net/wmts/1.0"/>', id="XML schema"),
        pytest.param("wms/1.1.1/capabilities_1_1_1.dtd", b"<WMT_MS_Capabilities/>", id="DTD"),
    ],
)
def test_the_check_notices_what_is_missing(validate: Validate, schema: str, document: bytes) -> None:
    with pytest.raises(etree.DocumentInvalid):
        validate(schema, document)

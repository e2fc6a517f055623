"""Documents of OGC API are valid against the schemas that the OGC has published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate as validate_definition
from werkzeug.test import Client, TestResponse

from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

_PUBLISHED = json.loads((Path(__file__).parents[1] / "data/ogcapi/ogcapi-maps-1.bundled.json").read_text())

# Extents with further dimensions are described in a way that no extent fits: what is said of unnamed members holds for
# all of them there.  The extents of space and time that they are made from are described beside them.
_PUBLISHED["components"]["schemas"]["extent-uad"] = {"$ref": "#/components/schemas/extent"}

# "For non-terrestrial coordinate reference system, another CRS may be specified", but the list has those of the Earth.
del _PUBLISHED["components"]["schemas"]["extent"]["properties"]["spatial"]["properties"]["crs"]["enum"]

CONFIG = """
services:
  ogcapi:
    map_srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832', 'EPSG:31467']
    image_formats: [image/png, image/jpeg, image/webp]
    default_dataset_layers: [world, local]
    md:
      identification: {title: Maps, description: Of the world, keywords: [maps], url: 'http://maps.example',
        terms_of_service: 'http://maps.example/terms'}
      contact: {name: Office, email: office@maps.example, url: 'http://maps.example/contact', phone: 1}
      license: {name: CC0, url: 'http://licence.example'}
      provider: {name: Office}
layers:
  - name: group
    title: Group
    layers:
      - {name: world, title: World, sources: [world], md: {abstract: All, attribution: {title: Us, url: 'http://us.example'}}}
      - {name: local, title: Local, sources: [local], min_res: 1000, max_res: 1}
  - {name: moon, title: Moon, sources: [moon]}
grids:
  utm: {srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}
  gk: {srs: 'EPSG:31467', bbox: [3000000, 5000000, 4000000, 5700000], num_levels: 5}
  moon: {srs: 'IAU_2015:30100', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 5}
caches:
  world: {grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [world]}
  local: {grids: [utm, gk], sources: [world]}
  moon: {grids: [moon], sources: []}
sources: {world: {type: world}}
"""

Get = Callable[[str], TestResponse]


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory) -> Get:
    path = tmp_path_factory.mktemp("schemas") / "mapproxy.yaml"
    path.write_text(CONFIG)
    return Client(make_wsgi_app(str(path), debug=True)).get


def validate(document: Any, schema: str) -> None:
    """Fails with the first mistake of a document."""
    OAS30Validator({**_PUBLISHED, "$ref": f"#/components/schemas/{schema}"}).validate(document)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        pytest.param("", "landingPage", id="the landing page"),
        pytest.param("/conformance", "confClasses", id="conformance"),
        pytest.param("/collections", "collections", id="collections"),
        pytest.param("/collections/group", "collectionDesc", id="a group"),
        pytest.param("/collections/world", "collectionDesc", id="a layer of the world"),
        pytest.param("/collections/local", "collectionDesc", id="a layer of a local grid"),
        pytest.param("/collections/moon", "collectionDesc", id="a layer of another body"),
        pytest.param("/tileMatrixSets/WebMercatorQuad", "tileMatrixSet", id="web mercator"),
        pytest.param("/tileMatrixSets/GLOBAL_GEODETIC", "tileMatrixSet", id="degrees"),
        pytest.param("/tileMatrixSets/gk", "tileMatrixSet", id="the northing first"),
        pytest.param("/tileMatrixSets/moon", "tileMatrixSet", id="the Moon"),
        pytest.param("/collections/world/map/tiles/WebMercatorQuad", "tileSet", id="a tile set"),
        pytest.param("/map/tiles/utm", "tileSet", id="a tile set of everything"),
        pytest.param("/collections/nothing", "exception", id="no collection"),
        pytest.param("/collections/world/map?bbox=1", "exception", id="no box"),
    ],
)
def test_documents_are_valid(get: Get, path: str, schema: str) -> None:
    validate(json.loads(get(f"/ogcapi{path}").data), schema)


@pytest.mark.parametrize(
    ("path", "member", "schema"),
    [
        pytest.param("/tileMatrixSets", "tileMatrixSets", "tileMatrixSet-item", id="tile matrix sets"),
        pytest.param("/collections/world/map/tiles", "tilesets", "tileSet-item", id="tile sets of a collection"),
        pytest.param("/map/tiles", "tilesets", "tileSet-item", id="tile sets of everything"),
    ],
)
def test_entries_of_lists_are_valid(get: Get, path: str, member: str, schema: str) -> None:
    entries = json.loads(get(f"/ogcapi{path}").data)[member]

    assert len(entries) >= 5
    for entry in entries:
        validate(entry, schema)


def test_the_definition_of_the_api_is_one(get: Get) -> None:
    answer = get("/ogcapi/api")

    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    validate_definition(json.loads(answer.data))


def test_every_path_of_the_definition_is_answered(get: Get) -> None:
    definition = json.loads(get("/ogcapi/api").data)
    places = {
        "{collectionId}": "world",
        "{tileMatrixSetId}": "utm",
        "{tileMatrix}": "0",
        "{tileRow}": "0",
        "{tileCol}": "0",
    }

    for path, operations in definition["paths"].items():
        filled = path
        for name, value in places.items():
            filled = filled.replace(name, value)
        answer = get(f"/ogcapi{filled}")
        assert answer.status_code == 200, path
        assert answer.content_type in operations["get"]["responses"]["200"]["content"], path


@pytest.mark.parametrize("path", ["", "/collections/world", "/collections/world/map/tiles", "/tileMatrixSets"])
def test_links_lead_to_what_they_say(get: Get, path: str) -> None:
    document = json.loads(get(f"/ogcapi{path}").data)
    links = document.get("links") or [link for one in document["tileMatrixSets"] for link in one["links"]]

    for link in links:
        answer = get(link["href"].removeprefix("http://localhost"))
        assert answer.status_code == 200, link
        assert answer.content_type.partition("; charset")[0] == link["type"], link


def test_the_moon_has_only_its_own_grids(get: Get) -> None:
    found = json.loads(get("/ogcapi/collections/moon").data)
    tilesets = json.loads(get("/ogcapi/collections/moon/map/tiles").data)["tilesets"]

    assert found["extent"]["spatial"]["crs"] == "http://www.opengis.net/def/crs/IAU/2015/30100"
    assert found["crs"] == ["http://www.opengis.net/def/crs/IAU/2015/30100"]
    assert [one["crs"] for one in tilesets] == ["http://www.opengis.net/def/crs/IAU/2015/30100"]


def test_the_check_notices_what_is_wrong() -> None:
    with pytest.raises(ValidationError):
        validate({"id": "x"}, "collectionDesc")
    with pytest.raises(ValidationError):
        validate({"id": "x", "links": [], "extent": {"spatial": {"bbox": [[1]]}}}, "collectionDesc")

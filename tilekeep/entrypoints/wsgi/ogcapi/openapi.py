"""The definition of the API (OpenAPI 3.0; spec/services.md, 8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tilekeep._version import __version__
from tilekeep.entrypoints.wsgi.ogcapi.landing_page import OPENAPI_TYPE
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import HTML_TYPE, JSON_TYPE, ImageForm
from tilekeep.entrypoints.wsgi.ogcapi.openapi_parameters import PARAMETERS, named_parameters
from tilekeep.entrypoints.wsgi.options import OgcApiOptions

_TAG = "server"

#: Parameters of maps and tiles, in the order of the document.
_FRAME = (
    "width",
    "height",
    "crs",
    "bbox",
    "bbox-crs",
    "center",
    "center-crs",
    "subset",
    "subset-crs",
    "scale-denominator",
    "mm-per-pixel",
)
_COLORS = ("bgcolor", "transparent")
_SCALING = ("width", "height", "scale-denominator", "mm-per-pixel")
_PLACE = ("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")


class ApiFacts(NamedTuple):
    """What the document says of the service; ``tile_forms`` are the formats that any tiles have."""

    options: OgcApiOptions
    forms: tuple[ImageForm, ...]
    tile_forms: tuple[ImageForm, ...]
    collections: tuple[str, ...]
    matrix_sets: tuple[str, ...]
    longest_side: int


def openapi(facts: ApiFacts, base: str) -> dict[str, Any]:
    """The document of the service at the address ``base``."""
    about = facts.options.metadata
    server = {"url": base} | ({"description": about.description} if about.description else {})
    tag: dict[str, Any] = {"name": _TAG, "description": about.description or "Maps and tiles"}
    if about.url:
        tag["externalDocs"] = {"description": "information", "url": about.url}
    return {
        "openapi": "3.0.2",
        "info": _info(facts),
        "servers": [server],
        "tags": [tag],
        "paths": {path: {"get": operation} for path, operation in _paths(facts)},
        "components": {
            "parameters": _parameters(facts),
            "responses": _RESPONSES,
            "schemas": _SCHEMAS,
        },
    }


def _parameters(facts: ApiFacts) -> dict[str, Any]:
    names = facts.collections, facts.matrix_sets
    return named_parameters(facts.forms, facts.tile_forms, *names, facts.longest_side)


def _info(facts: ApiFacts) -> dict[str, Any]:
    about = facts.options.metadata
    info: dict[str, Any] = {"version": __version__, "title": about.title or "OGC API"}
    texts = {"description": about.description, "termsOfService": about.terms_of_service}
    info |= {name: text for name, text in texts.items() if text}
    if about.keywords:
        info["x-keywords"] = list(about.keywords)
    contact = {"name": about.contact.name, "email": about.contact.email, "url": about.contact.url}
    if any(contact.values()):
        info["contact"] = {name: text for name, text in contact.items() if text}
    if about.licence is not None:
        info["license"] = {"name": about.licence.name} | ({"url": about.licence.url} if about.licence.url else {})
    if facts.options.has_maps:
        side, pixels = facts.longest_side, facts.options.max_output_pixels
        info["x-OGC-limits"] = {"maps": {"maxWidth": side, "maxHeight": side, "maxPixels": pixels}}
    return info


def _paths(facts: ApiFacts) -> Iterable[tuple[str, dict[str, Any]]]:
    yield "/", _document("getLandingPage", "What the service is, and where everything else is found")
    yield "/api", _document("getOpenapi", "This document", more=("ui",), media_type=OPENAPI_TYPE)
    yield "/conformance", _document("getConformanceDeclaration", "The requirements classes that are met")
    yield "/collections", _document("getCollections", "All collections")
    yield "/collections/{collectionId}", _document("getCollection", "A collection", more=("collectionId",))
    options = facts.options
    if options.has_tiles:
        yield "/tileMatrixSets", _document("listTileMatrixSets", "All tile matrix sets")
        one = _document("describeTileMatrixSet", "A tile matrix set", more=("tileMatrixSetId",))
        yield "/tileMatrixSets/{tileMatrixSetId}", one
    yield from _of_layers(facts, "/collections/{collectionId}", "Collection", "a collection", ("collectionId",))
    if options.dataset_layers:
        yield from _of_layers(facts, "", "Dataset", "the whole dataset", ("collections",))


def _of_layers(
    facts: ApiFacts, prefix: str, kind: str, words: str, layers: Sequence[str]
) -> Iterable[tuple[str, dict[str, Any]]]:
    """The paths of maps and tiles below a collection or the dataset; ``layers`` is what says which."""
    of_path = layers if prefix else ()
    if facts.options.has_maps:
        parameters = (*layers, *_FRAME, *_COLORS, "f_img")
        yield f"{prefix}/map", _image(f"get{kind}Map", f"A map of {words}", facts.forms, parameters)
    if facts.options.has_tiles:
        tiles = f"{prefix}/map/tiles"
        scaling = _SCALING if facts.options.has_maps else ()
        yield tiles, _document(f"list{kind}MapTileSets", f"The tile sets of {words}", more=of_path)
        one = _document(f"describe{kind}MapTileSet", f"A tile set of {words}", more=(*of_path, "tileMatrixSetId"))
        yield f"{tiles}/{{tileMatrixSetId}}", one
        parameters = (*layers, *_PLACE, *_COLORS, *scaling, "f_img" if facts.tile_forms == facts.forms else "f_tile")
        tile = _image(f"get{kind}MapTile", f"A tile of {words}", facts.tile_forms, parameters)
        yield f"{tiles}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", tile


def _document(operation: str, summary: str, *, more: Sequence[str] = (), media_type: str = JSON_TYPE) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "object"}}, HTML_TYPE: {"schema": {"type": "string"}}}
    return _operation(operation, summary, (*more, "f"), content)


def _image(operation: str, summary: str, forms: Sequence[ImageForm], parameters: Sequence[str]) -> dict[str, Any]:
    image = {"schema": {"type": "string", "format": "binary"}}
    described = _operation(operation, summary, parameters, {form.media_type: image for form in forms})
    described["responses"]["406"] = {"$ref": "#/components/responses/NotAcceptable"}
    return described


def _operation(operation: str, summary: str, parameters: Sequence[str], content: dict[str, Any]) -> dict[str, Any]:
    assert {*parameters} <= {*PARAMETERS}, "every parameter is described"
    errors = {"400": "InvalidParameter", "404": "NotFound", "500": "ServerError"}
    return {
        "operationId": operation,
        "summary": summary,
        "tags": [_TAG],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters],
        "responses": {
            "200": {"description": summary, "content": content},
            **{status: {"$ref": f"#/components/responses/{name}"} for status, name in errors.items()},
        },
    }


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/exception"}
    return {
        "description": description,
        "content": {JSON_TYPE: {"schema": schema}, HTML_TYPE: {"schema": {"type": "string"}}},
    }


_RESPONSES = {
    "InvalidParameter": _problem("A parameter means nothing, or is none."),
    "NotFound": _problem("The path leads nowhere."),
    "NotAcceptable": _problem("No format that is asked for is to be had."),
    "ServerError": _problem("A source or a store has failed."),
}
_SCHEMAS = {
    "exception": {
        "type": "object",
        "required": ["type"],
        "properties": {
            "title": {"type": "string"},
            "type": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
}

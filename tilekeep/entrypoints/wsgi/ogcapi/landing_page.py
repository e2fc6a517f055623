"""The landing page and the conformance declaration (OGC 19-072; spec/services.md, 8.2 and 8.4)."""

from __future__ import annotations

from typing import Any

from tilekeep.entrypoints.wsgi.ogcapi.collections import map_links
from tilekeep.entrypoints.wsgi.ogcapi.links import Links, link, ogc_relation
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import HTML_TYPE, JSON_TYPE, ImageForm
from tilekeep.entrypoints.wsgi.options import OgcApiOptions

OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"

_SPECIFICATIONS = "http://www.opengis.net/spec/"
_COMMON = ("core", "html", "json", "landing-page", "oas30")
_MAPS = (
    "core",
    "scaling",
    "spatial-subsetting",
    "crs",
    "display-resolution",
    "background",
    "collection-map",
    "collections-selection",
)
_TILES = ("core", "oas30", "tileset", "tilesets-list", "geodata-tilesets")

#: Formats with a conformance class of their own.
_FORMATS = ("png", "jpeg")


def landing_page(options: OgcApiOptions, forms: tuple[ImageForm, ...], links: Links) -> dict[str, Any]:
    """What the service is, and where everything else is found."""
    about = options.metadata
    texts = {"title": about.title, "description": about.description}
    found = [
        *links.own("This page"),
        link("conformance", JSON_TYPE, "What the service conforms to", links.href("conformance", f="json")),
        *links.both(ogc_relation("conformance"), "What the service conforms to", "conformance"),
        link("service-desc", OPENAPI_TYPE, "The definition of the API", links.href("api", f="json")),
        link("service-doc", HTML_TYPE, "The definition of the API to read", links.href("api", f="html")),
        *links.both("data", "The collections", "collections"),
        *links.both(ogc_relation("data"), "The collections", "collections"),
    ]
    if options.has_maps and options.dataset_layers:
        found += map_links(forms, links)
    if options.has_tiles:
        found += links.both(ogc_relation("tiling-schemes"), "The tile matrix sets", "tileMatrixSets")
        if options.dataset_layers:
            found += links.both(ogc_relation("tilesets-map"), "Tile sets of the whole dataset", "map", "tiles")
    return {**{name: text for name, text in texts.items() if text}, "links": found}


def conformance(options: OgcApiOptions, forms: tuple[ImageForm, ...]) -> dict[str, Any]:
    """The requirements classes that are met."""
    classes = [f"ogcapi-common-1/1.0/conf/{name}" for name in _COMMON]
    classes.append("ogcapi-common-2/1.0/conf/collections")
    if options.has_maps:
        formats = [form.name for form in forms if form.name in _FORMATS]
        names = [*_MAPS, *formats]
        names += ["dataset-map"] * bool(options.dataset_layers) + ["tilesets"] * options.has_tiles
        classes += [f"ogcapi-maps-1/1.0/conf/{name}" for name in names]
    if options.has_tiles:
        names = [*_TILES, *["dataset-tilesets"] * bool(options.dataset_layers)]
        classes += [f"ogcapi-tiles-1/1.0/conf/{name}" for name in names]
    return {"conformsTo": [_SPECIFICATIONS + name for name in classes]}

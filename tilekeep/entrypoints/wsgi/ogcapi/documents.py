"""Which document lies at a path, and what its page shows besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.extent import Extent
from tilekeep.domain.service_metadata import LayerMetadata
from tilekeep.entrypoints.wsgi.ogcapi.areas import Areas
from tilekeep.entrypoints.wsgi.ogcapi.collections import Collections
from tilekeep.entrypoints.wsgi.ogcapi.landing_page import OPENAPI_TYPE, conformance, landing_page
from tilekeep.entrypoints.wsgi.ogcapi.links import Links
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet, MatrixSets
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ImageForm
from tilekeep.entrypoints.wsgi.ogcapi.offer import Offer, VisibleCollections
from tilekeep.entrypoints.wsgi.ogcapi.openapi import ApiFacts, openapi
from tilekeep.entrypoints.wsgi.ogcapi.pages import Page
from tilekeep.entrypoints.wsgi.ogcapi.paths import Address, Resource
from tilekeep.entrypoints.wsgi.ogcapi.tile_formats import TileFormats
from tilekeep.entrypoints.wsgi.ogcapi.tilesets import (
    Tiled,
    link_template,
    tile_template,
    tilejson_tiles,
    tileset,
    tilesets,
    web_map_levels,
)
from tilekeep.entrypoints.wsgi.options import OgcApiOptions
from tilekeep.entrypoints.wsgi.response import Environ
from tilekeep.entrypoints.wsgi.tilejson import tile_json

#: The SRS in which pages show maps, the first of these that is offered.
_SHOWN_IN = ("EPSG:3857", "EPSG:4326")


class _Asked(NamedTuple):
    """A request for a document, and what its client may see."""

    address: Address
    seen: VisibleCollections
    given: Mapping[str, str]


class _TiledLayers(NamedTuple):
    """What is cut into tiles, where it has data, and what is said of it."""

    what: Tiled
    extent: Extent
    about: LayerMetadata


class ApiDocuments:
    """Finds documents.

    Args:
        options: what is offered.
        formats: the formats of images.
        offer: the collections.
        collections: writes what is said of them.
        matrix_sets: the tile matrix sets.
        areas: where layers have data.
        longest_side: the most pixels on one side of an image.
    """

    def __init__(
        self,
        *,
        options: OgcApiOptions,
        formats: TileFormats,
        offer: Offer,
        collections: Collections,
        matrix_sets: MatrixSets,
        areas: Areas,
        longest_side: int,
    ) -> None:
        self._options = options
        self._forms = formats.usual.forms
        self._formats = formats
        self._offer = offer
        self._collections = collections
        self._matrix_sets = matrix_sets
        self._areas = areas
        self._longest_side = longest_side
        self._pages: Mapping[Resource, Callable[[_Asked], Page]] = {
            Resource.LANDING_PAGE: self._landing_page,
            Resource.CONFORMANCE: self._conformance,
            Resource.API: self._api,
            Resource.COLLECTIONS: self._all_collections,
            Resource.COLLECTION: self._one_collection,
            Resource.TILE_MATRIX_SETS: self._all_matrix_sets,
            Resource.TILE_MATRIX_SET: self._one_matrix_set,
            Resource.TILESETS: self._tilesets,
            Resource.TILESET: self._tileset,
        }

    def __call__(self, address: Address, environ: Environ, given: Mapping[str, str]) -> Page:
        """The document at ``address``.

        :raises UnknownLayer: the collection does not exist, UnknownTileGrid: the tile matrix set does not.
        :raises AccessDenied: the authorisation hook refuses it.
        """
        asked = _Asked(address, self._offer.visible(environ), given)
        return self._pages[address.resource](asked)

    def _landing_page(self, asked: _Asked) -> Page:
        return Page("landing", "landing_page.html", lambda links: landing_page(self._options, self._forms, links))

    def _conformance(self, asked: _Asked) -> Page:
        return Page("conformance", "conformance.html", lambda _: conformance(self._options, self._forms))

    def _api(self, asked: _Asked) -> Page:
        def content(links: Links) -> dict[str, Any]:
            facts = ApiFacts(
                self._options,
                self._forms,
                self._formats.anywhere().forms,
                tuple(asked.seen.layers),
                tuple(self._matrix_sets.identifiers),
                self._longest_side,
            )
            return openapi(facts, links.base)

        return Page("api", "api.html", content, media_type=OPENAPI_TYPE)

    def _all_collections(self, asked: _Asked) -> Page:
        layers, extent = asked.seen.layers, asked.seen.visible.extent
        return Page(
            "collections", "collections.html", lambda links: self._collections.all(layers.values(), extent, links)
        )

    def _one_collection(self, asked: _Asked) -> Page:
        name = asked.address.collection or ""
        layer, extent = asked.seen.one(name), asked.seen.visible.extent
        return Page(
            ("collection", name),
            "collection.html",
            lambda links: self._collections.one(layer, extent, links),
            lambda links: {"preview": self._map_preview(name, links)},
        )

    def _map_preview(self, name: str, links: Links) -> Mapping[str, str] | None:
        codes = {srs.code for srs in self._options.srs}
        shown_in = next((code for code in _SHOWN_IN if code in codes), None)
        if not self._options.has_maps or shown_in is None:
            return None
        return {"map": links.href("collections", name, f"map.{self._forms[0].extension}"), "srs": shown_in}

    def _all_matrix_sets(self, asked: _Asked) -> Page:
        def content(links: Links) -> dict[str, Any]:
            return {"tileMatrixSets": [one.listed(links) for one in self._matrix_sets.all()]}

        return Page("matrix sets", "tile_matrix_sets.html", content)

    def _one_matrix_set(self, asked: _Asked) -> Page:
        matrix_set = self._matrix_sets.find(asked.address.matrix_set or "")
        kind = ("matrix set", matrix_set.identifier)
        return Page(kind, "tile_matrix_set.html", lambda _: matrix_set.described())

    def _tiled(self, asked: _Asked) -> _TiledLayers:
        """What is cut into tiles."""
        name = asked.address.collection
        if name is not None:
            layer = asked.seen.one(name)
            return _TiledLayers(Tiled(name, layer.title), asked.seen.visible.extent(layer), layer.metadata)
        extent = self._areas.of(self._offer.dataset())
        title = self._options.metadata.title or "The whole dataset"
        return _TiledLayers(Tiled(None, title), extent, LayerMetadata(self._options.metadata.description))

    def _tilesets(self, asked: _Asked) -> Page:
        what, extent, _ = self._tiled(asked)
        sets = self._matrix_sets.of_body(extent.srs)
        return Page(
            ("tile sets", what.name),
            "tilesets.html",
            lambda links: tilesets(what, [(one, self._forms_of(what, one)) for one in sets], links),
            lambda _: {"tiled": what},
        )

    def _tileset(self, asked: _Asked) -> Page:
        tiled, matrix_set = self._tiled(asked), self._matrix_sets.find(asked.address.matrix_set or "")
        if asked.given.get("f") == "tilejson":
            return self._tilejson(tiled, matrix_set)
        what, name = tiled.what, matrix_set.identifier
        area = self._areas.inside(tiled.extent, matrix_set.grid.srs) or matrix_set.grid.bbox
        return Page(
            ("tile set", what.name, name),
            "tileset.html",
            lambda links: tileset(what, matrix_set, self._forms_of(what, matrix_set), links),
            lambda links: {
                "identifier": name,
                "tiled": what,
                "preview": links.href(*what.path, name, f="json"),
                "media_type": self._forms[0].media_type,
                "template": tile_template(what, matrix_set, self._forms[0], links.base),
                "definition": links.href("tileMatrixSets", name, f="json"),
                "matrix_set": matrix_set,
                "area": area,
            },
            headers=lambda base: (("Link-Template", link_template(what, matrix_set, self._forms[0], base)),),
        )

    def _forms_of(self, what: Tiled, matrix_set: MatrixSet) -> tuple[ImageForm, ...]:
        """The formats of tiles, as requests for them have them: whatever a client may see of the layers."""
        layers = self._offer.dataset() if what.name is None else self._offer.asked(what.name, {}).layers
        return self._formats.of(layers, matrix_set).forms

    def _tilejson(self, tiled: _TiledLayers, matrix_set: MatrixSet) -> Page:
        what, extent, about = tiled
        levels = web_map_levels(matrix_set)
        if not levels:
            message = f"{matrix_set.identifier} has not the tiles of web maps, so that there is no TileJSON of it"
            raise InvalidParameter(message, locator="f")

        def content(links: Links) -> dict[str, Any]:
            return tile_json(
                name=what.title,
                template=tilejson_tiles(what, matrix_set, self._forms[0], links.base),
                levels=levels,
                bounds=self._areas.in_degrees(extent),
                description=about.abstract,
                attribution=about.attribution,
            )

        return Page(("TileJSON", what.name, matrix_set.identifier), "tileset.html", content)

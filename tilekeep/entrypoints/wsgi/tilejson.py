"""TileJSON 3.0: what a map client needs to know of a layer in one document (https://github.com/mapbox/tilejson-spec)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from tilekeep.application.catalogue import Catalogue, LayerInGrid
from tilekeep.domain.errors import InvalidRequest, UnknownLayer
from tilekeep.domain.geometry import BBox
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.service_metadata import Attribution
from tilekeep.domain.tile_variant import DOUBLE
from tilekeep.domain.xyz_tiles import xyz_levels
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile
from tilekeep.entrypoints.wsgi.base_url import path_quoted, script_url
from tilekeep.entrypoints.wsgi.errors import RENDERED, report
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tms.errors import plain_error
from tilekeep.entrypoints.wsgi.tms.names import NamedTiles, TmsNames

_PATH = re.compile(r"/tilejson/(?P<layer>[^/]+?)(?:/(?P<spec>[^/]+?))?(?P<double>@2x)?\.json")

#: Where web mercator ends.
_NORTHERNMOST = 85.0511287798066


class TileJson:
    """Answers with the document of a layer, whose tiles are those of the tiles service.

    ``/tilejson/LAYER/SPEC.json`` names the grid as addresses of tiles do, ``/tilejson/LAYER.json`` means the first
    grid of the layer that has the tiles of XYZ.  With ``@2x`` before the ending it is the document of tiles with twice
    the pixels, for clients that show them in half of their size.

    Args:
        catalogue: the layers.
        names: how addresses call them.
        documents: keeps what has been written.
        origin: the corner from which the tiles service counts rows unless it is told; None is the grid's own.
    """

    def __init__(
        self, catalogue: Catalogue, names: TmsNames, documents: KeptDocuments, *, origin: Origin | None
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._documents = documents
        self._origin = origin

    def __call__(self, environ: Environ) -> Response:
        """The document, or what is wrong in plain text."""
        try:
            return self._answer(environ)
        except RENDERED as error:
            return plain_error(report(error))

    def _answer(self, environ: Environ) -> Response:
        path = utf8(environ["PATH_INFO"])
        match = _PATH.fullmatch(path)
        if match is None:
            known = "/tilejson/LAYER.json and /tilejson/LAYER/GRID.json"
            raise InvalidRequest(f"invalid request ({path}); addresses are {known}")
        named, layer = self._found(match["layer"], match["spec"])
        doubled = DOUBLE if match["double"] else ""
        if doubled and not layer.variants.doubled:
            raise UnknownLayer(f"the layer {layer.outline.name} has no tiles with twice the pixels", locator="layer")
        if HOOK in environ:
            authorise_tile(environ, "tms", layer.outline.name, layer.grid.srs.code, None)
        base = script_url(environ)
        name = DocumentName(("tilejson", named, doubled), base)
        return self._documents(environ, name, "application/json", lambda: self._written(base, named, layer, doubled))

    def _found(self, name: str, spec: str | None) -> tuple[NamedTiles, LayerInGrid]:
        """The layer in the grid that is meant.

        :raises UnknownLayer: there is none, or none with the tiles of XYZ.
        """
        candidates = self._of_layer(name) if spec is None else iter([self._names.named(name, spec)])
        for named in candidates:
            layer = self._catalogue.description(named.layer, named.grid)
            if xyz_levels(PublicLevels(layer.grid, TileService.TILES)):
                return named, layer
        where = "" if spec is None else f" in {spec}"
        raise UnknownLayer(f"the layer {name}{where} has no tiles in the grid of web maps", locator="layer")

    def _of_layer(self, name: str) -> Iterator[NamedTiles]:
        found = [named for named in self._names.known.values() if named.layer == name]
        if not found:
            raise UnknownLayer(f"unknown layer: {name}", locator="layer")
        yield from found

    def _written(self, base: str, named: NamedTiles, layer: LayerInGrid, doubled: str) -> bytes:
        outline, grid = layer.outline, layer.grid
        document = tile_json(
            name=outline.title,
            template=self._template(base, named, layer, doubled),
            levels=xyz_levels(PublicLevels(grid, TileService.TILES)),
            bounds=layer.geographic_extent,
            description=outline.abstract,
            attribution=outline.attribution,
        )
        if layer.encoding.opaque is not None and layer.encoding.opaque.is_vector_tile:
            document["vector_layers"] = [inside.described() for inside in outline.vector_layers(grid.name)]
        return json.dumps(document, ensure_ascii=False).encode()

    def _template(self, base: str, named: NamedTiles, layer: LayerInGrid, doubled: str) -> str:
        place = "/".join(map(path_quoted, named.path))
        turned = "" if (self._origin or layer.grid.origin) == "nw" else "?origin=nw"
        return f"{base}/tiles/{place}/{{z}}/{{x}}/{{y}}{doubled}.{layer.encoding.public_extension}{turned}"


def tile_json(
    *, name: str, template: str, levels: int, bounds: BBox, description: str, attribution: Attribution | None
) -> dict[str, Any]:
    """The document of tiles by z/x/y with ``levels`` levels from 0 on.

    Args:
        name: for people.
        template: the form of their addresses, with ``{z}``, ``{x}`` and ``{y}``.
        levels: how many there are.
        bounds: where they show anything, in degrees, x/y order.
        description: for people; may be empty.
        attribution: who made the data, or None.
    """
    west, south, east, north = bounds
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": levels - 1,
        "bounds": [west, max(south, -_NORTHERNMOST), east, min(north, _NORTHERNMOST)],
    }
    if description:
        document["description"] = description
    if attribution is not None:
        document["attribution"] = _credit(attribution)
    return document


def _credit(attribution: Attribution) -> str:
    """Clients may take it for HTML."""
    url = attribution.url or ""
    title = escape(attribution.title or url)
    return f'<a href="{escape(url)}">{title}</a>' if url.startswith(("http://", "https://")) else title

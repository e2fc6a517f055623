"""The documents of super-overlays (OGC 07-147r2; spec/services.md, 6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue, LayerInGrid
from tilekeep.domain.errors import OutsideProjection, ProjectionError, TileOutsideGrid
from tilekeep.domain.geometry import BBox
from tilekeep.domain.public_levels import PublicAddress, PublicLevels, TileService
from tilekeep.domain.srs import Srs
from tilekeep.domain.super_overlay import shown_bbox, tiles_below, up_to_the_poles
from tilekeep.domain.tile import TileCoord
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile
from tilekeep.entrypoints.wsgi.base_url import path_quoted, script_url
from tilekeep.entrypoints.wsgi.caching import cache_control, is_not_modified
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.response import VARY, Environ, Header, Response, document
from tilekeep.entrypoints.wsgi.tile_numbers import OUTSIDE_GRID, tile_number
from tilekeep.entrypoints.wsgi.tms.names import NamedTiles, TmsNames

MEDIA_TYPE = "application/vnd.google-earth.kml+xml"

_DOCUMENT = re.compile(
    r"/kml/(?P<layer>[^/]+)/(?:(?P<spec>[^/]+)/)?(?P<z>-?[0-9]+)/(?P<x>-?[0-9]+)/(?P<y>-?[0-9]+)\.kml"
)
_FIRST_DOCUMENT = re.compile(r"/kml/(?P<layer>[^/]+)(?:/(?P<spec>[^/]+))?/?")

#: Gives the box of a box in an SRS, in degrees; raises ProjectionError.
InDegrees = Callable[[BBox, Srs], BBox]


class ShownTile(NamedTuple):
    """A tile in a document; ``bbox`` in degrees: west, south, east, north."""

    address: PublicAddress
    bbox: BBox


class KmlDocuments:
    """Finds and writes the document at a path.

    They are written for each request: there is one for every tile, and it takes no longer than reading a tile.

    Args:
        catalogue: the layers.
        names: how addresses call them.
        in_degrees: gives boxes in degrees.
        templates: the templates of the documents.
        max_age_seconds: how long clients may keep documents, as they may keep tiles.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        names: TmsNames,
        in_degrees: InDegrees,
        templates: DocumentTemplates,
        max_age_seconds: float,
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._in_degrees = in_degrees
        self._templates = templates
        self._max_age_seconds = max_age_seconds
        self._levels: dict[NamedTiles, PublicLevels] = {}

    def __call__(self, environ: Environ) -> Response | None:
        """The document, or None if the path names none.

        :raises RequestError: the document of a layer or tile that does not exist.
        :raises AccessDenied: the authorisation hook refuses it.
        """
        path = utf8(environ["PATH_INFO"])
        match = _DOCUMENT.fullmatch(path)
        if match is not None:
            z, x, y = (tile_number(match[part]) for part in "zxy")
            return self._document(environ, match["layer"], match["spec"], PublicAddress(z, x, y))
        first = _FIRST_DOCUMENT.fullmatch(path)
        return None if first is None else self._document(environ, first["layer"], first["spec"], PublicAddress(0, 0, 0))

    def _document(self, environ: Environ, name: str, spec: str | None, address: PublicAddress) -> Response:
        named = self._names.named(name, spec)
        layer = self._catalogue.description(named.layer, named.grid)
        levels = self._levels_of(named, layer)
        coord = levels.coord(*address, "sw")
        if coord is None:
            place = f"(level {address.z}, column {address.x}, row {address.y})"
            raise TileOutsideGrid(f"{OUTSIDE_GRID} {place}")
        if HOOK in environ:
            authorise_tile(environ, "kml", layer.outline.name, layer.grid.srs.code, layer.grid.tile_bbox(coord))
        place = "/".join(map(path_quoted, named.path))
        body = self._templates.render(
            "kml/super_overlay.kml",
            layer=name,
            base=f"{script_url(environ)}/kml/{place}",
            extension=layer.encoding.public_extension,
            tile_size=layer.grid.tile_size.width,
            bbox=self._region(layer, coord),
            tiles=list(self._below(layer, levels, coord)),
        )
        return self._response(environ, body)

    def _levels_of(self, named: NamedTiles, layer: LayerInGrid) -> PublicLevels:
        found = self._levels.get(named)
        return found or self._levels.setdefault(named, PublicLevels(layer.grid, TileService.KML))

    def _region(self, layer: LayerInGrid, coord: TileCoord) -> BBox:
        bbox = shown_bbox(layer.grid, coord)
        degrees = self._geographic(bbox, layer)
        if degrees is None:
            raise OutsideProjection(f"the tile has no image in degrees: {tuple(bbox)} in {layer.grid.srs.code}")
        return degrees

    def _below(self, layer: LayerInGrid, levels: PublicLevels, coord: TileCoord) -> Iterator[ShownTile]:
        """Those below a tile that a globe can show."""
        for address, bbox in tiles_below(levels, coord):
            degrees = self._geographic(bbox, layer)
            if degrees is not None:
                yield ShownTile(address, degrees)

    def _geographic(self, bbox: BBox, layer: LayerInGrid) -> BBox | None:
        try:
            degrees = self._in_degrees(bbox, layer.grid.srs)
        except ProjectionError:
            return None
        return up_to_the_poles(bbox, degrees, layer.grid)

    def _response(self, environ: Environ, body: bytes) -> Response:
        """The document or 304; what a hook permits to one client, shared caches must not give to others."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers: tuple[Header, ...] = (
            ("Cache-Control", cache_control(self._max_age_seconds, shared=HOOK not in environ)),
            ("ETag", etag),
        )
        if is_not_modified(etag, None, environ.get("HTTP_IF_NONE_MATCH"), None):
            return Response("304 Not Modified", [*headers, VARY], b"")
        return document(200, MEDIA_TYPE, body, headers)

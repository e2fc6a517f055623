"""From a GetMap request to a map, or to the one tile it asks for (spec/services.md, 3.6 and 3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tilekeep.application.get_map import WantedMap
from tilekeep.domain.image import PNG
from tilekeep.domain.label import Label
from tilekeep.domain.map_query import MapQuery
from tilekeep.entrypoints.wsgi.map_drawing import MapDrawing, attribution_labels, image_response
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.permitted_layers import PermittedLayer
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequest, MapRequests
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion

#: The name by which callables of a wrapping application know the operation (spec/auth-plugins-decorate.md, 2.3).
SERVICE = "wms.map"


class WmsMaps:
    """Answers GetMap.

    Args:
        requests: reads the parameters.
        drawing: draws maps.
        tiles: finds the tile of a request with ``tiled=true``.
        delivery: makes tiles into responses.
        options: formats and limits.
    """

    def __init__(
        self,
        *,
        requests: MapRequests,
        drawing: MapDrawing,
        tiles: SingleTiles,
        delivery: TileDelivery,
        options: WmsOptions,
    ) -> None:
        self._requests = requests
        self._drawing = drawing
        self._tiles = tiles
        self._delivery = delivery
        self._encodings = {
            (name, transparent): replace(encoding, transparent=transparent)
            for name, encoding in options.formats.items()
            for transparent in (True, False)
        }
        self._limits = {entry.srs.code: entry.bbox for entry in options.bbox_srs}
        self._labels = attribution_labels(options.attribution)

    def __call__(self, environ: Environ, given: Mapping[str, str], version: WmsVersion) -> Response:
        """The map or tile.

        :raises RequestError: a parameter is missing or means nothing.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        request = self._requests.read(given, version)
        located = self._tile(request) if request.tiled else None
        names, limit = given["layers"].split(","), self._limits.get(request.srs.code)
        shown = self._drawing.permitted(environ, names, request.drawn, _query(request), limit)
        if located is None:
            return self._map(request, shown, environ, self._labels)
        if shown and not shown[0].regions:
            return self._delivery.permitted(located, environ, SERVICE)
        return self._map(request, shown, environ)

    def locate(self, given: Mapping[str, str], version: WmsVersion) -> Located | None:
        """The tile that a request means, found as in serving; None if it is drawn as a map.

        :raises RequestError: a parameter is missing or means nothing.
        """
        request = self._requests.read(given, version)
        return self._tile(request) if request.tiled else None

    def _tile(self, request: MapRequest) -> Located | None:
        """Maps that are cut off at a limit are no tiles."""
        limit = self._limits.get(request.srs.code)
        return self._tiles.find(request) if limit is None or limit.contains(request.bbox) else None

    def _map(
        self, request: MapRequest, shown: Sequence[PermittedLayer], environ: Environ, labels: tuple[Label, ...] = ()
    ) -> Response:
        encoding = self._encodings[request.format, request.transparent]
        wanted = WantedMap(
            _query(request, encoding.public_media_type),
            encoding,
            transparent=request.transparent,
            background=request.background,
            within=self._limits.get(request.srs.code),
            labels=labels,
        )
        answer = self._drawing(environ, shown, wanted)
        return image_response(answer.image, request.format, encoding, self._drawing.headers(environ, answer))


def _query(request: MapRequest, media_type: str = PNG) -> MapQuery:
    return MapQuery(request.bbox, request.size, request.srs, media_type, request.dimensions)

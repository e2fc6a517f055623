"""From a GetMap request to a map, or to the one tile it asks for (spec/services.md, 3.6 and 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tilekeep.application.get_map import GetMap, WantedMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.application.refused_box import box_without_image
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.image import MIXED, EncodedImage, ImageEncoding
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import MapQuery
from tilekeep.entrypoints.wsgi.authorise import authorise_map, document_headers
from tilekeep.entrypoints.wsgi.caching import cache_control
from tilekeep.entrypoints.wsgi.decoration import DecorationNotice
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.permissions import AccessDenied
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Header, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequest, MapRequests
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion
from tilekeep.ports.clock import Clock


class WmsMaps:
    """Answers GetMap.

    Args:
        requests: reads the parameters.
        layer_tree: gives the sources of layers.
        get_map: draws maps.
        tiles: finds the tile of a request with ``tiled=true``.
        delivery: makes tiles into responses.
        options: formats and limits.
        clock: bounds how long a request may take.
        request_seconds: the time a request may take.
    """

    def __init__(
        self,
        *,
        requests: MapRequests,
        layer_tree: LayerTree,
        get_map: GetMap,
        tiles: SingleTiles,
        delivery: TileDelivery,
        options: WmsOptions,
        clock: Clock,
        request_seconds: float,
    ) -> None:
        self._requests = requests
        self._layer_tree = layer_tree
        self._get_map = get_map
        self._tiles = tiles
        self._delivery = delivery
        self._encodings = {
            (name, transparent): replace(encoding, transparent=transparent)
            for name, encoding in options.formats.items()
            for transparent in (True, False)
        }
        self._limits = {entry.srs.code: entry.bbox for entry in options.bbox_srs}
        self._labels = _attribution(options.attribution)
        self._monotonic = clock.monotonic
        self._request_seconds = request_seconds
        self._notice_decoration = DecorationNotice("maps")

    def __call__(self, environ: Environ, given: Mapping[str, str], version: WmsVersion) -> Response:
        """The map or tile.

        :raises RequestError: a parameter is missing or means nothing.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        request = self._requests.read(given, version)
        located = self._tile(request) if request.tiled else None
        names = dict.fromkeys(layer.name for layer in request.drawn)
        if authorise_map(environ, given["layers"].split(","), list(names), request.srs.code, request.bbox) is not None:
            raise AccessDenied(403, "forbidden")
        if located is not None:
            return self._delivery.permitted(located, environ)
        self._notice_decoration(environ)
        return self._map(request, environ)

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

    def _map(self, request: MapRequest, environ: Environ) -> Response:
        encoding = self._encodings[request.format, request.transparent]
        wanted = WantedMap(
            MapQuery(request.bbox, request.size, request.srs, encoding.public_media_type, request.dimensions),
            encoding,
            transparent=request.transparent,
            background=request.background,
            within=self._limits.get(request.srs.code),
            labels=self._labels,
        )
        sources = [laid for layer in request.drawn for laid in self._layer_tree.sources(layer)]
        deadline = Deadline(self._monotonic() + self._request_seconds)
        try:
            answer = self._get_map(sources, wanted, Purpose.SERVE, deadline)
        except ProjectionError as error:
            raise box_without_image(request.bbox, request.srs) from error
        headers = document_headers(environ) or _freshness(answer.fresh_for, storable=answer.storable)
        return image_response(answer.image, request.format, encoding, headers)


def _attribution(text: str | None) -> tuple[Label, ...]:
    """How the text looks on maps (spec/services.md, 3.1)."""
    if text is None:
        return ()
    return (Label(text, LabelPlace.BOTTOM_RIGHT, 10, (0, 0, 0, 255), box=(255, 255, 255, 120)),)


def image_response(
    image: EncodedImage, requested: str, encoding: ImageEncoding, headers: tuple[Header, ...]
) -> Response:
    """An image under the media type that the client asked for, unless that depends on its pixels."""
    media_type = image.media_type if encoding.format == MIXED else requested
    length = ("Content-Length", str(len(image.body)))
    return Response("200 OK", [*headers, ("Content-Type", media_type), length, NOSNIFF], image.body)


def _freshness(fresh_for: float | None, *, storable: bool) -> tuple[Header, ...]:
    """Nothing is said of maps that are good: they have no age of their own."""
    if not storable:
        return NOT_STORABLE
    return () if fresh_for is None else (("Cache-Control", cache_control(fresh_for)),)

"""From a GetMap request to a map, or to the one tile it asks for (spec/services.md, 3.6 and 3.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from tilekeep.application.get_map import GetMap, WantedMap
from tilekeep.application.layer_tree import LaidSource, LayerTree
from tilekeep.application.refused_box import box_without_image
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import MIXED, PNG, EncodedImage, ImageEncoding
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.region import Region
from tilekeep.domain.sub_query import sub_query
from tilekeep.entrypoints.wsgi.authorise import authorise_map, document_headers
from tilekeep.entrypoints.wsgi.caching import cache_control
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Header, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequest, MapRequests
from tilekeep.entrypoints.wsgi.wms.permitted_layers import PermittedLayer, permitted_layers
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion
from tilekeep.ports.clock import Clock
from tilekeep.ports.map_source import MapSource

#: Limits a source to a region, for the requests of one client.
ClipSource = Callable[[MapSource, Region], MapSource]

#: The name by which callables of a wrapping application know the operation (spec/auth-plugins-decorate.md, 2.3).
_SERVICE = "wms.map"


class WmsMaps:
    """Answers GetMap.

    Args:
        requests: reads the parameters.
        layer_tree: gives the sources of layers.
        get_map: draws maps.
        tiles: finds the tile of a request with ``tiled=true``.
        delivery: makes tiles into responses.
        clipped: makes a source of which nothing is shown outside a region.
        decoration: has maps drawn on.
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
        clipped: ClipSource,
        decoration: Decoration,
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
        self._clipped = clipped
        self._decoration = decoration

    def __call__(self, environ: Environ, given: Mapping[str, str], version: WmsVersion) -> Response:
        """The map or tile.

        :raises RequestError: a parameter is missing or means nothing.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        request = self._requests.read(given, version)
        located = self._tile(request) if request.tiled else None
        shown = self._shown(request, given["layers"].split(","), environ)
        if located is None:
            return self._map(request, shown, environ, self._labels)
        if shown and not shown[0].regions:
            return self._delivery.permitted(located, environ, _SERVICE)
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

    def _shown(self, request: MapRequest, names: Sequence[str], environ: Environ) -> list[PermittedLayer]:
        """What of the drawn layers a client may see that asked for ``names``."""
        drawn = list(dict.fromkeys(layer.name for layer in request.drawn))
        bbox = self._drawn_bbox(request)
        permitted = authorise_map(environ, names, drawn, request.srs.code, bbox)
        return permitted_layers(request.drawn, permitted, request.srs.code, bbox)

    def _map(
        self, request: MapRequest, shown: Sequence[PermittedLayer], environ: Environ, labels: tuple[Label, ...] = ()
    ) -> Response:
        encoding = self._encodings[request.format, request.transparent]
        names = list(dict.fromkeys(layer.name for layer, _ in shown))
        wanted = WantedMap(
            _query(request, encoding.public_media_type),
            encoding,
            transparent=request.transparent,
            background=request.background,
            within=self._limits.get(request.srs.code),
            labels=labels,
            redraw=self._decoration(environ, _SERVICE, names, request.srs.code, self._drawn_bbox(request), encoding),
        )
        sources = [laid for layer in shown for laid in self._laid(layer)]
        deadline = Deadline(self._monotonic() + self._request_seconds)
        try:
            answer = self._get_map(sources, wanted, Purpose.SERVE, deadline)
        except ProjectionError as error:
            raise box_without_image(request.bbox, request.srs) from error
        headers = document_headers(environ) or _freshness(answer.fresh_for, storable=answer.storable)
        headers += tuple(self._delivery.origin(answer.state))
        return image_response(answer.image, request.format, encoding, headers)

    def _laid(self, permitted: PermittedLayer) -> Iterator[LaidSource]:
        """The sources of a layer, cut to its regions."""
        for laid in self._layer_tree.sources(permitted.layer):
            yield laid._replace(source=reduce(self._clipped, permitted.regions, laid.source))

    def _drawn_bbox(self, request: MapRequest) -> BBox:
        """The box of what is drawn, which ends at the limit of the SRS; that of the map if there is nothing."""
        limit = self._limits.get(request.srs.code)
        part = None if limit is None else sub_query(_query(request), limit)
        return request.bbox if part is None else part.query.bbox


def _query(request: MapRequest, media_type: str = PNG) -> MapQuery:
    return MapQuery(request.bbox, request.size, request.srs, media_type, request.dimensions)


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

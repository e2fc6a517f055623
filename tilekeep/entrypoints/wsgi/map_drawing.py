"""From the layers of a request to the map that its client may see: the one path of all services with maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce

from tilekeep.application.get_map import GetMap, MapAnswer, WantedMap
from tilekeep.application.layer_tree import LaidSource, LayerTree, MapLayer
from tilekeep.application.refused_box import box_without_image
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import MIXED, EncodedImage, ImageEncoding
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.region import Region
from tilekeep.domain.sub_query import sub_query
from tilekeep.domain.tile_state import TileState
from tilekeep.entrypoints.wsgi.authorise import authorise_map, document_headers
from tilekeep.entrypoints.wsgi.caching import cache_control
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.permitted_layers import PermittedLayer, permitted_layers
from tilekeep.entrypoints.wsgi.request_facts import note_layers, note_state
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Header, Response
from tilekeep.ports.clock import Clock
from tilekeep.ports.map_source import MapSource

#: Limits a source to a region, for the requests of one client.
ClipSource = Callable[[MapSource, Region], MapSource]


class MapDrawing:
    """Asks a wrapping application what may be seen, and draws that.

    Args:
        layer_tree: gives the sources of layers.
        get_map: draws maps.
        clipped: makes a source of which nothing is shown outside a region.
        decoration: has maps drawn on.
        clock: bounds how long a request may take.
        request_seconds: the time a request may take.
        service: the name by which decorating callables know the operation.
        origin: what clients are told of where a map came from.
    """

    def __init__(
        self,
        *,
        layer_tree: LayerTree,
        get_map: GetMap,
        clipped: ClipSource,
        decoration: Decoration,
        clock: Clock,
        request_seconds: float,
        service: str,
        origin: Callable[[TileState], Sequence[Header]],
    ) -> None:
        self._layer_tree = layer_tree
        self._get_map = get_map
        self._clipped = clipped
        self._decoration = decoration
        self._monotonic = clock.monotonic
        self._request_seconds = request_seconds
        self._service = service
        self._origin = origin

    def permitted(
        self,
        environ: Environ,
        requested: Iterable[str],
        drawn: Sequence[MapLayer],
        query: MapQuery,
        within: BBox | None,
    ) -> list[PermittedLayer]:
        """What of the layers ``drawn`` a client may see that asked for layers by the names ``requested``.

        ``within`` is as in :class:`tilekeep.application.get_map.WantedMap`.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        names = list(dict.fromkeys(layer.name for layer in drawn))
        note_layers(environ, names)
        bbox = _drawn_bbox(query, within)
        permitted = authorise_map(environ, requested, names, query.srs.code, bbox)
        return permitted_layers(drawn, permitted, query.srs.code, bbox)

    def __call__(self, environ: Environ, shown: Sequence[PermittedLayer], wanted: WantedMap) -> MapAnswer:
        """The map; ``redraw`` of what is wanted is that of the wrapping application.

        :raises InvalidParameter: the box has no image in the SRS of a source, or would need too many tiles.
        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        query = wanted.query
        names = list(dict.fromkeys(layer.name for layer, _ in shown))
        bbox = _drawn_bbox(query, wanted.within)
        redraw = self._decoration(environ, self._service, names, query.srs.code, bbox, wanted.encoding)
        sources = [laid for layer in shown for laid in self._laid(layer)]
        deadline = Deadline(self._monotonic() + self._request_seconds)
        try:
            answer = self._get_map(sources, wanted._replace(redraw=redraw), Purpose.SERVE, deadline)
        except ProjectionError as error:
            raise box_without_image(query.bbox, query.srs) from error
        note_state(environ, answer.state.value)
        return answer

    def headers(self, environ: Environ, answer: MapAnswer) -> tuple[Header, ...]:
        """Who may keep a map how long, and where it came from."""
        return (*_freshness(environ, answer), *self._origin(answer.state))

    def _laid(self, permitted: PermittedLayer) -> Iterator[LaidSource]:
        """The sources of a layer, cut to its regions."""
        for laid in self._layer_tree.sources(permitted.layer):
            yield laid._replace(source=reduce(self._clipped, permitted.regions, laid.source))


def _drawn_bbox(query: MapQuery, within: BBox | None) -> BBox:
    """The box of what is drawn, which ends at the limit; that of the map if there is nothing."""
    part = None if within is None else sub_query(query, within)
    return query.bbox if part is None else part.query.bbox


def _freshness(environ: Environ, answer: MapAnswer) -> tuple[Header, ...]:
    """Nothing is said of maps that are good: they have no age of their own."""
    hooked = document_headers(environ)
    if hooked:
        return hooked
    if not answer.storable:
        return NOT_STORABLE
    return () if answer.fresh_for is None else (("Cache-Control", cache_control(answer.fresh_for)),)


def attribution_labels(text: str | None) -> tuple[Label, ...]:
    """How the attribution of a service looks on maps (spec/services.md, 3.1)."""
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

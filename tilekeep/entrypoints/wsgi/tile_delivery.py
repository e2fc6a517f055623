"""From a located tile to a response: the one path all tile services share (spec/services.md, 1.5)."""

from __future__ import annotations

import hashlib
import zlib

from tilekeep.application.catalogue import TileLayer
from tilekeep.application.retouch_tile import RetouchTile
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.gzip_body import is_packed, unpacked
from tilekeep.domain.image import PNG, EncodedImage
from tilekeep.domain.keeping import shortest
from tilekeep.domain.opaque_format import PACKED_MEDIA_TYPES
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.tile import StoredTile
from tilekeep.domain.tile_state import TileState
from tilekeep.entrypoints.wsgi.accept_encoding import prefers_gzip
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile
from tilekeep.entrypoints.wsgi.caching import aged_cache_control, cache_control, entity_tag, http_date, is_not_modified
from tilekeep.entrypoints.wsgi.decoration import DECORATE, Decoration
from tilekeep.entrypoints.wsgi.handed_over import HandedOver
from tilekeep.entrypoints.wsgi.request_facts import FACTS
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Header, Response, vary_with
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import SliceReader

_SERVE = Purpose.SERVE

#: Tiles that are stored compressed are sent so to clients that can read it.
_VARY: Header = ("Vary", "Accept-Encoding")

#: What a tile may come to that another program has stored compressed.
_MOST_PLAIN_BYTES = 1 << 26

#: Says where a tile came from: ``hit``, ``stale``, ``refreshed``, ``miss``, or ``error`` if there is none.
STATE_HEADER = "X-Tilekeep-Cache"


class TileDelivery:
    """Answers with the tile, with an empty one, or with 304.

    Args:
        clock: bounds how long a request may take.
        read_slice: gives the bytes of a tile inside a file; raises StoreError.
        retouch: makes another image of a tile where a wrapping application wants that.
        decoration: has tiles drawn on.
        request_seconds: the time a request may take.
        max_age_seconds: how long clients may keep a tile that is good.
        tells_age: whether clients are told how old a tile is, and how long it may be shown when it is no longer good.
        tells_state: whether they are told where it came from.
        handed_over: has files sent by a server in front of this one; None where there is none that does.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        read_slice: SliceReader,
        retouch: RetouchTile,
        decoration: Decoration,
        request_seconds: float,
        max_age_seconds: float,
        tells_age: bool = False,
        tells_state: bool = False,
        handed_over: HandedOver | None = None,
    ) -> None:
        self._monotonic = clock.monotonic
        self._read_slice = read_slice
        self._retouch = retouch
        self._handed_over = handed_over
        self._decoration = decoration
        self._request_seconds = request_seconds
        self._max_age_seconds = max_age_seconds
        self._now = clock.now
        self._tells_age = tells_age
        self._tells_state = tells_state
        self._cache_control: Header = ("Cache-Control", cache_control(max_age_seconds))

    def __call__(self, located: Located, environ: Environ) -> Response:
        """The response.

        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_tile.GetTile`, as for LockTimeout and StoreError.
        """
        if located.is_negotiable:
            return self._negotiated(located, environ)
        route = located.route
        if HOOK not in environ:
            return self.permitted(located, environ, route.service)
        grid, bbox = route.layer.grid, _bbox(located)
        area = authorise_tile(environ, route.service, route.layer.outline.name, grid.srs.code, bbox)
        region = None if area is None else area.region(grid.srs.code)
        relation = Relation.CONTAINS if region is None else region.relate(bbox)
        if relation is Relation.CONTAINS:
            return self.permitted(located, environ, route.service)
        if relation is Relation.DISJOINT or route.layer.encoding.opaque is not None:  # which cannot be cut
            return _nothing(list(NOT_STORABLE), route.layer)
        return self._retouched(located, environ, route.service, region)

    def _negotiated(self, located: Located, environ: Environ) -> Response:
        """In the format that the client likes best."""
        chosen = located.route.in_accepted_format(located.key, environ.get("HTTP_ACCEPT", ""))
        response = self(chosen, environ)
        vary_with(response.headers, "Accept")
        return response

    def permitted(self, located: Located, environ: Environ, service: str) -> Response:
        """The response to a request that has been authorised already, if it has to be; raises as the call itself.

        ``service`` is the name by which decorating callables know the operation.
        """
        if environ.get(DECORATE) is not None and located.route.layer.encoding.opaque is None:
            return self._retouched(located, environ, service, None)
        answer = self._answer(located, environ)
        tile = answer.tile
        if tile is None:
            return self._empty(answer, located.route.layer, environ)
        if tile.media_type in PACKED_MEDIA_TYPES:
            return self._packed(answer, tile, environ)
        form = f"-{located.key.variant}" if located.key.variant else ""
        return self._stored(answer, tile, environ, shared=HOOK not in environ, form=form)

    def origin(self, state: TileState) -> list[Header]:
        """What clients are told of where a tile or a map came from, if they are told that at all."""
        return [(STATE_HEADER, state.value)] if self._tells_state else []

    def _packed(self, answer: TileAnswer, tile: StoredTile, environ: Environ) -> Response:
        """A tile that is stored compressed, in the form that the client prefers; each form has a tag of its own."""
        body = tile.body if isinstance(tile.body, bytes) else self._read_slice(tile.body)
        is_compressed, form = is_packed(body), ""
        if not prefers_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body, is_compressed, form = _plain(body), False, "-plain"
        shared = HOOK not in environ
        response = self._stored(answer, tile._replace(body=body), environ, shared=shared, form=form)
        response.headers.append(_VARY)
        if is_compressed and response.body:
            response.headers.append(("Content-Encoding", "gzip"))
        return response

    def _answer(self, located: Located, environ: Environ) -> TileAnswer:
        route = located.route
        facts = environ.get(FACTS)
        if facts is None:
            return route.layer.get_tile(located.key, _SERVE, Deadline(self._monotonic() + self._request_seconds))
        facts.service = facts.service or route.service
        facts.layers = (route.layer.outline.name,)
        answer = route.layer.get_tile(located.key, _SERVE, Deadline(self._monotonic() + self._request_seconds))
        facts.state = answer.state.value
        return answer

    def _retouched(self, located: Located, environ: Environ, service: str, region: Region | None) -> Response:
        """The tile as the wrapping application wants it for this request; empty ones are as they are.

        Cut to a region it is good for this client at this moment only.  Drawn on it is no stored tile any more, and its
        tag is that of its own bytes.
        """
        layer, bbox = located.route.layer, _bbox(located)
        answer = self._answer(located, environ)
        if answer.tile is None:
            return self._empty(answer, layer, environ)
        stored = answer.tile.body
        body = stored if isinstance(stored, bytes) else self._read_slice(stored)
        names, encoding = [layer.outline.name], located.route.encoding(located.key)
        redraw = self._decoration(environ, service, names, layer.grid.srs.code, bbox, encoding)
        image, storable = self._retouch(body, bbox, encoding, redraw=redraw, region=region)
        if region is not None or not (storable and answer.storable):
            return _found([*NOT_STORABLE, *self.origin(answer.state)], image.media_type, image.body)
        return self._tagged(answer, image, f'"{hashlib.sha256(image.body).hexdigest()[:16]}"', environ)

    def _tagged(self, answer: TileAnswer, image: EncodedImage, etag: str, environ: Environ) -> Response:
        """An image without a time of its own, or 304."""
        headers = [self._freshness(answer, shared=HOOK not in environ), ("ETag", etag), *self.origin(answer.state)]
        if _matches(environ, etag, None):
            return Response("304 Not Modified", headers, b"")
        return _found(headers, image.media_type, image.body)

    def _stored(
        self, answer: TileAnswer, tile: StoredTile, environ: Environ, *, shared: bool, form: str = ""
    ) -> Response:
        body, media_type, info = tile
        headers = self.origin(answer.state)
        if answer.storable:
            second = int(info.stored_at)
            etag = entity_tag(info.stored_at, info.size, form)
            headers += self._aged(answer, info.stored_at, shared=shared)
            headers.append(("ETag", etag))
            if second > 0:
                headers.append(("Last-Modified", http_date(second)))
            if _matches(environ, etag, second or None):
                return Response("304 Not Modified", headers, b"")
        else:
            headers += NOT_STORABLE
        if isinstance(body, bytes):
            return _found(headers, media_type, body)
        place = None if self._handed_over is None else self._handed_over.header(body)
        if place is None:
            return _found(headers, media_type, self._read_slice(body))
        return Response("200 OK", [*headers, place, ("Content-Type", media_type), NOSNIFF], b"")

    def _empty(self, answer: TileAnswer, layer: TileLayer, environ: Environ) -> Response:
        """A transparent PNG.  It has no time: a tile stored later may be older than this answer."""
        if not answer.storable:
            return _nothing([*NOT_STORABLE, *self.origin(answer.state)], layer)
        if layer.encoding.opaque is not None:
            return _nothing([self._freshness(answer, shared=HOOK not in environ), *self.origin(answer.state)], layer)
        blank = layer.blank()
        etag = f'"blank-{zlib.crc32(blank):x}"'
        return self._tagged(answer, EncodedImage(blank, PNG), etag, environ)

    def _aged(self, answer: TileAnswer, stored_at: float, *, shared: bool) -> list[Header]:
        """How long the tile may be kept, and how old it is if clients are told that."""
        if not self._tells_age:
            return [self._freshness(answer, shared=shared)]
        age = max(0.0, self._now() - stored_at)
        permission = aged_cache_control(age, self._good_for(answer), answer.stale_for, shared=shared)
        return [("Cache-Control", permission), ("Age", str(int(age)))]

    def _freshness(self, answer: TileAnswer, *, shared: bool) -> Header:
        """How long the answer may be kept; what a hook permits to one client, shared caches must not give to others."""
        if answer.fresh_for is None and answer.good_for is None and shared:
            return self._cache_control
        seconds = self._good_for(answer) if answer.fresh_for is None else answer.fresh_for
        return ("Cache-Control", cache_control(seconds, shared=shared))

    def _good_for(self, answer: TileAnswer) -> float:
        """Seconds; never more than the time of the service."""
        limit = shortest(self._max_age_seconds, answer.fresh_for, answer.good_for)
        return self._max_age_seconds if limit is None else limit


def _bbox(located: Located) -> BBox:
    return located.route.layer.grid.tile_bbox(located.key.coord)


def _nothing(headers: list[Header], layer: TileLayer) -> Response:
    """An empty tile: a transparent PNG, or no content where tiles are no images."""
    if layer.encoding.opaque is not None:
        return Response("204 No Content", headers, b"")
    return _found(headers, PNG, layer.blank())


def _plain(body: bytes) -> bytes:
    """``body`` without compression, if it has any.

    :raises StoreError: it is damaged.
    """
    try:
        return unpacked(body, _MOST_PLAIN_BYTES) if is_packed(body) else body
    except ValueError as error:
        raise StoreError(f"the tile cannot be unpacked: {error}") from error


def _found(headers: list[Header], media_type: str, body: bytes) -> Response:
    headers.append(("Content-Type", media_type))
    headers.append(("Content-Length", str(len(body))))
    headers.append(NOSNIFF)
    return Response("200 OK", headers, body)


def _matches(environ: Environ, etag: str, second: int | None) -> bool:
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if_modified_since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if if_none_match is None and if_modified_since is None:
        return False
    if environ["REQUEST_METHOD"] == "POST":
        return False  # conditions are for GET and HEAD (RFC 9110, 13.1.2)
    return is_not_modified(etag, second, if_none_match, if_modified_since)

"""From a located tile to a response: the one path all tile services share (spec/services.md, 1.5)."""

from __future__ import annotations

import zlib

from tilekeep.application.catalogue import TileLayer
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import StoredTile
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile
from tilekeep.entrypoints.wsgi.caching import cache_control, entity_tag, http_date, is_not_modified
from tilekeep.entrypoints.wsgi.decoration import DECORATE, DecorationNotice
from tilekeep.entrypoints.wsgi.permissions import AccessDenied
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Header, Response
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import SliceReader

_SERVE = Purpose.SERVE


class TileDelivery:
    """Answers with the tile, with an empty one, or with 304.

    Args:
        clock: bounds how long a request may take.
        read_slice: gives the bytes of a tile inside a file; raises StoreError.
        request_seconds: the time a request may take.
        max_age_seconds: how long clients may keep a tile that is good.
    """

    def __init__(
        self, *, clock: Clock, read_slice: SliceReader, request_seconds: float, max_age_seconds: float
    ) -> None:
        self._monotonic = clock.monotonic
        self._read_slice = read_slice
        self._request_seconds = request_seconds
        self._notice_decoration = DecorationNotice("tiles")
        self._max_age_seconds = max_age_seconds
        self._cache_control: Header = ("Cache-Control", cache_control(max_age_seconds))

    def __call__(self, located: Located, environ: Environ) -> Response:
        """The response.

        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_tile.GetTile`, as for LockTimeout and StoreError.
        """
        if HOOK in environ:
            route, key = located
            layer, grid = route.layer, route.layer.grid
            bbox = grid.tile_bbox(key.coord)
            if authorise_tile(environ, route.service, layer.outline.name, grid.srs.code, bbox) is not None:
                raise AccessDenied(403, "forbidden")
        return self.permitted(located, environ)

    def permitted(self, located: Located, environ: Environ) -> Response:
        """The response to a request that has been authorised already, if it has to be; raises as the call itself."""
        route, key = located
        layer = route.layer
        shared = HOOK not in environ
        if DECORATE in environ:
            self._notice_decoration(environ)
        answer = layer.get_tile(key, _SERVE, Deadline(self._monotonic() + self._request_seconds))
        tile = answer.tile
        if tile is None:
            return self._empty(answer, layer, environ, shared=shared)
        return self._stored(answer, tile, environ, shared=shared)

    def _stored(self, answer: TileAnswer, tile: StoredTile, environ: Environ, *, shared: bool) -> Response:
        body, media_type, info = tile
        if answer.storable:
            second = int(info.stored_at)
            etag = entity_tag(info.stored_at, info.size)
            headers = [self._freshness(answer, shared=shared), ("ETag", etag)]
            if second > 0:
                headers.append(("Last-Modified", http_date(second)))
            if _matches(environ, etag, second or None):
                return Response("304 Not Modified", headers, b"")
        else:
            headers = list(NOT_STORABLE)
        return _found(headers, media_type, body if isinstance(body, bytes) else self._read_slice(body))

    def _empty(self, answer: TileAnswer, layer: TileLayer, environ: Environ, *, shared: bool) -> Response:
        """A transparent PNG.  It has no time: a tile stored later may be older than this answer."""
        if not answer.storable:
            return _found(list(NOT_STORABLE), PNG, layer.blank)
        etag = f'"blank-{zlib.crc32(layer.blank):x}"'
        headers = [self._freshness(answer, shared=shared), ("ETag", etag)]
        if _matches(environ, etag, None):
            return Response("304 Not Modified", headers, b"")
        return _found(headers, PNG, layer.blank)

    def _freshness(self, answer: TileAnswer, *, shared: bool) -> Header:
        """How long the answer may be kept; what a hook permits to one client, shared caches must not give to others."""
        if answer.fresh_for is None and shared:
            return self._cache_control
        seconds = self._max_age_seconds if answer.fresh_for is None else answer.fresh_for
        return ("Cache-Control", cache_control(seconds, shared=shared))


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
    return is_not_modified(etag, second, if_none_match, if_modified_since)

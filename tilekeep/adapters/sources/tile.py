"""Tiles from servers that have one URL per tile (spec/sources.md, 8.4)."""

from __future__ import annotations

import logging

from tilekeep.adapters.opaque_content import opaque_tile_of
from tilekeep.adapters.upstream_exchange import UpstreamExchange, conditions, image_of
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import InvalidParameter, SourceContentError, SourceError, SourceStatusError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.opaque_format import OpaqueFormat, opaque_format
from tilekeep.domain.secrets import redacted
from tilekeep.domain.source_failure import NO_CONTENT, hidden, upstream_text
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.ports.http_client import HttpAnswer

_LOG = logging.getLogger("tilekeep.source.tile")


class TileSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` that fetches single tiles by URL.

    It answers only queries for exactly one tile of its grid; level, column and row may be counted differently in
    the cache.

    Args:
        exchange: asks the server.
        template: the URL of a tile.
        grid: the grid of the server.
        traits: what planners need to know.
    """

    def __init__(
        self,
        exchange: UpstreamExchange,
        *,
        template: TileUrlTemplate,
        grid: TileGrid,
        traits: SourceTraits,
    ) -> None:
        self._template = template
        self._grid = grid
        self._traits = traits
        self._exchange = exchange

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The request for the tile that ``query`` covers; none if it is not exactly one tile of the grid."""
        try:
            return (self._request_for(query),)
        except SourceError:
            return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        try:
            request = self._request_for(query)
            opaque = opaque_format(query.media_type)
            if opaque is not None:
                return self._opaque(request, opaque, purpose, deadline)
            answer = self._exchange.ask(request, purpose, deadline)
            _refuse_other_than_image(answer, request)
            return image_of(answer, request)
        except SourceError as error:
            _LOG.warning("could not retrieve tile: %s", error)
            raise

    def _opaque(
        self, request: UpstreamRequest, wanted: OpaqueFormat, purpose: Purpose, deadline: Deadline
    ) -> Fetched | NotModified:
        try:
            return opaque_tile_of(self._exchange.ask(request, purpose, deadline), request, wanted)
        except SourceStatusError as error:
            if error.status == NO_CONTENT and wanted.is_vector_tile:
                return Fetched(b"", None)
            raise

    def _request_for(self, query: MapQuery) -> UpstreamRequest:
        coord = self._coord(query)
        url = self._template.url(coord, subtype(query.media_type), self._grid.tile_bbox)
        return UpstreamRequest("GET", url, redacted(url), conditions(query.validators))

    def _coord(self, query: MapQuery) -> TileCoord:
        grid = self._grid
        if query.size != grid.tile_size:
            raise _invalid(f"tile size of cache and tile source do not match: {grid.tile_size} != {query.size}")
        if query.srs != grid.srs:
            raise _invalid(f"SRS of cache and tile source do not match: {grid.srs.code} != {query.srs.code}")
        try:
            affected = grid.affected(query.bbox, grid.closest_level(query.resolution))
        except InvalidParameter as error:
            raise _invalid(f"invalid BBOX {query.bbox}") from error
        coord = affected.coords[0] if affected.count == 1 else None
        if coord is None:
            raise _invalid(f"BBOX does not align to tile: {tuple(query.bbox)} in grid {grid.name}")
        return coord


def _invalid(message: str) -> SourceError:
    """The query does not fit the source: its text holds nothing that clients must not see."""
    return SourceError(message, client_message=message)


def _refuse_other_than_image(answer: HttpAnswer, request: UpstreamRequest) -> None:
    media_type = answer.headers.get("content-type")
    if answer.body and media_type and not media_type.lower().startswith("image"):
        raise SourceContentError(
            f"no image returned from tile source: \"{request.public_url}\" is '{upstream_text(media_type)}'",
            client_message=hidden("response is not an image"),
        )

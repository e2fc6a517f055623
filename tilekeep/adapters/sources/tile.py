"""Tiles from servers that have one URL per tile (spec/sources.md, 8.4)."""

from __future__ import annotations

import logging

from tilekeep.adapters.tile_exchange import asked_tile
from tilekeep.adapters.tile_of_query import coord_of
from tilekeep.adapters.upstream_exchange import UpstreamExchange, conditions
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.tile_url import TileUrlTemplate

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
        with self._exchange.logging_failures(_LOG, "could not retrieve tile"):
            return asked_tile(self._exchange, self._request_for(query), query.media_type, purpose, deadline)

    def _request_for(self, query: MapQuery) -> UpstreamRequest:
        coord = coord_of(query, self._grid)
        url = self._template.url(coord, subtype(query.media_type), self._grid.tile_bbox)
        return UpstreamRequest("GET", url, conditions(query.validators))

"""Tiles of servers that describe their grids and addresses themselves (OGC API Tiles, WMTS)."""

from __future__ import annotations

import logging

from tilekeep.adapters.tile_exchange import asked_tile
from tilekeep.adapters.tile_of_query import coord_of
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.adapters.upstream_exchange import conditions
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.found_tiles import FoundTiles, same_place
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import Blank, Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.tile import TileCoord

_LOG = logging.getLogger("tilekeep.source.tile")


class FoundTilesSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` that fetches tiles from where documents say that they are.

    It answers only queries for exactly one tile.  Where the server has none, in a level that it lacks or beyond its
    limits, it has nothing to say.

    Args:
        exchange: asks the server.
        found: what it has.
        traits: what planners need to know.
    """

    def __init__(self, exchange: TrustedExchange, *, found: FoundTiles, traits: SourceTraits) -> None:
        self._exchange = exchange
        self._found = found
        self._traits = traits

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The request for the tile that ``query`` covers; none if there is no such tile."""
        try:
            coord = self._coord(query)
        except SourceError:
            return ()
        return () if coord is None else (self._request_for(coord, query),)

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified | Blank:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        with self._exchange.logging_failures(_LOG, "could not retrieve tile"):
            coord = self._coord(query)
            if coord is None:
                return Blank()
            return asked_tile(self._exchange, self._request_for(coord, query), query.media_type, purpose, deadline)

    def _coord(self, query: MapQuery) -> TileCoord | None:
        grid = self._found.grid
        if not grid.resolutions[-1] * 0.99 < query.resolution < grid.resolutions[0] * 1.01:
            return None
        coord = coord_of(query, grid)
        if not same_place(grid.tile_bbox(coord), query.bbox, query.resolution):
            message = f"BBOX {tuple(query.bbox)} is no tile of {grid.name}"
            raise SourceError(message, client_message=message)
        return coord if self._found.offers(coord) else None

    def _request_for(self, coord: TileCoord, query: MapQuery) -> UpstreamRequest:
        url = self._found.template.url(coord, subtype(query.media_type), self._found.grid.tile_bbox)
        return UpstreamRequest("GET", url, conditions(query.validators))

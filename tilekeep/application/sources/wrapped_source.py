"""A source around another one: what sources with something to do besides inherit from."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.map_source import MapSource


class WrappedSource:
    """Implements :class:`tilekeep.ports.map_source.MapSource` by ``source``, which gets all queries as they are."""

    def __init__(self, source: MapSource) -> None:
        self._source = source

    @property
    def traits(self) -> SourceTraits:
        """Those of the source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source."""
        return self._source.requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source."""
        return self._source.tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        return self._source.get(query, purpose, deadline)

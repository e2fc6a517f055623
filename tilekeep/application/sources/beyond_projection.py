"""A source of maps as the source of a cache, whose tiles may lie where the source has no image."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import OutsideProjection
from tilekeep.domain.map_query import Blank, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.map_source import MapSource


class BlankBeyondProjection:
    """Answers blank to boxes that have no image in the SRS of a source: of a cache, nobody has asked for them.

    Args:
        maps: draws maps of any box and size.
    """

    def __init__(self, maps: MapSource) -> None:
        self._maps = maps

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return self._maps.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source."""
        return self._maps.requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source."""
        try:
            return self._maps.tiles_for(query)
        except OutsideProjection:
            return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        try:
            return self._maps.get(query, purpose, deadline)
        except OutsideProjection:
            return Blank()

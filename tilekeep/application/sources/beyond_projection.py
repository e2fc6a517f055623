"""A source of maps as the source of a cache, whose tiles may lie where the source has no image."""

from __future__ import annotations

from tilekeep.application.sources.wrapped_source import WrappedSource
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import OutsideProjection
from tilekeep.domain.map_query import Blank, MapQuery, SourceAnswer


class BlankBeyondProjection(WrappedSource):
    """Answers blank to boxes that have no image in the SRS of a source: of a cache, nobody has asked for them.

    Args:
        source: draws maps of any box and size.
    """

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source."""
        try:
            return self._source.tiles_for(query)
        except OutsideProjection:
            return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        try:
            return self._source.get(query, purpose, deadline)
        except OutsideProjection:
            return Blank()

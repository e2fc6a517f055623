"""Several sources of which each map is asked of one."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.map_source import MapSource


class ChosenMaps(ABC):
    """A :class:`tilekeep.ports.map_source.MapSource` that hands every query on, whole."""

    @abstractmethod
    def chosen(self, query: MapQuery) -> MapSource:
        """The source that is asked."""

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source that is asked."""
        return self.chosen(query).requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source that is asked."""
        return self.chosen(query).tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; raises as :meth:`chosen` besides."""
        return self.chosen(query).get(query, purpose, deadline)

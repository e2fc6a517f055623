"""Several sources of which each map is asked of all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner

#: Sources of one map asked at a time (spec/caches.md, 7).
CONCURRENT_SOURCES = 20


class JointMaps(ABC):
    """A :class:`tilekeep.ports.map_source.MapSource` that makes one map of several; one failure fails all.

    Args:
        sources: those that are asked.
        parallel: asks them side by side.
    """

    def __init__(self, sources: Sequence[MapSource], parallel: ParallelRunner) -> None:
        self._sources = tuple(sources)
        self._parallel = parallel
        self._traits = SourceTraits(meta_tiles=all(source.traits.meta_tiles for source in sources))

    @abstractmethod
    def merged(self, answers: Sequence[SourceAnswer], query: MapQuery) -> SourceAnswer:
        """The map of what the sources have answered, in their order."""

    @property
    def traits(self) -> SourceTraits:
        """Meta tiles only where all sources draw them."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of all sources, in their order."""
        return tuple(request for source in self._sources for request in source.requests_for(query, purpose))

    def tiles_for(self, query: MapQuery) -> int:
        """Those of all sources."""
        return sum(source.tiles_for(query) for source in self._sources)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; always unconditional: several answers make one map."""
        unconditional = query._replace(validators=None)
        answers = self._parallel.map(
            lambda source: source.get(unconditional, purpose, deadline), self._sources, CONCURRENT_SOURCES
        )
        return self.merged(answers, query)

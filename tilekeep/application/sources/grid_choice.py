"""A cache with several grids as one source: each map is drawn from the grid that suits its SRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.domain.best_srs import best_srs
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource


class GridChoice:
    """Hands every query to one of several sources (spec/caches.md, 14).

    Args:
        by_srs: the sources with their SRS; of several with the same SRS the last is asked, as in the reference.
        preferred: for the SRS of a map those it is best made from (``globals.srs.preferred_src_proj``).
    """

    def __init__(self, by_srs: Sequence[tuple[Srs, MapSource]], preferred: Mapping[Srs, Sequence[Srs]]) -> None:
        self._sources = dict(by_srs)
        self._available = tuple(self._sources)
        self._preferred = preferred

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source that is asked."""
        return self._chosen(query).requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source that is asked."""
        return self._chosen(query).tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        return self._chosen(query).get(query, purpose, deadline)

    def _chosen(self, query: MapQuery) -> MapSource:
        return self._sources[best_srs(query.srs, self._available, self._preferred)]

"""A source of which one request may show only what lies in a region."""

from __future__ import annotations

from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.region import Region, Relation
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource


class ClippedSource:
    """Makes the pixels of maps transparent that lie outside a region; the others are those of the whole map.

    So it asks for whole maps, unlike :class:`tilekeep.application.sources.limited_source.LimitedSource`, whose sources
    end where their coverage does: what is permitted must look the same to everybody, wherever the limit runs.

    Args:
        source: draws the map.
        region: in the SRS of the queries.
        imaging: clips.
        gate: checks what the source sends like any other image.
    """

    def __init__(self, source: MapSource, region: Region, *, imaging: Imaging, gate: StoreGate) -> None:
        self._source = source
        self._region = region
        self._imaging = imaging
        self._gate = gate

    @property
    def traits(self) -> SourceTraits:
        """Those of the wrapped source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of the wrapped source, for queries that meet the region."""
        return () if self._misses(query) else self._source.requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the wrapped source, for queries that meet the region."""
        return 0 if self._misses(query) else self._source.tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; maps that are clipped are always unconditional."""
        relation = self._region.relate(query.bbox)
        if relation is Relation.CONTAINS:
            return self._source.get(query, purpose, deadline)
        keep = () if relation is Relation.DISJOINT else self._region.mask(query.bbox, query.size)
        if not keep:
            return Blank()
        answer = self._source.get(query._replace(validators=None), purpose, deadline)
        if not isinstance(answer, Drawn | Fetched):
            return answer
        drawn = self._drawn(answer, query)
        return drawn._replace(raster=self._imaging.clip(drawn.raster, keep))

    def _misses(self, query: MapQuery) -> bool:
        return self._region.relate(query.bbox) is Relation.DISJOINT

    def _drawn(self, answer: Fetched | Drawn, query: MapQuery) -> Drawn:
        if isinstance(answer, Fetched):
            return Drawn(self._gate.pixels(answer.body, query.size), answer.fresh_for, answer.storable)
        self._gate.check_size(answer.raster, query.size)
        return answer

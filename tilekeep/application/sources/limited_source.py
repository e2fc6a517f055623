"""A source that has something to show only in some area, at some resolutions, or for some purpose."""

from __future__ import annotations

from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import (
    Blank,
    Drawn,
    Fetched,
    MapQuery,
    NotModified,
    SourceAnswer,
    SourceTraits,
    UpstreamRequest,
)
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange
from tilekeep.domain.sub_query import SubQuery, sub_query
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.map_source import MapSource


class LimitedSource:
    """Answers blank where the wrapped source has nothing to say, and asks it for no more than its extent.

    Args:
        source: the source with all to say.
        imaging: puts the part inside the extent on a canvas.
        gate: checks that part like any other image.
        region: the coverage, in the SRS of the queries; None is everywhere.
        resolutions: the resolutions at which there is something to show.
        seed_only: whether serving gets no answer (spec/sources.md, 13).
    """

    def __init__(
        self,
        source: MapSource,
        imaging: Imaging,
        gate: StoreGate,
        *,
        region: Region | None = None,
        resolutions: ResolutionRange = EVERY_RESOLUTION,
        seed_only: bool = False,
    ) -> None:
        self._source = source
        self._imaging = imaging
        self._gate = gate
        self._region = region
        self._resolutions = resolutions
        self._seed_only = seed_only

    @property
    def traits(self) -> SourceTraits:
        """Those of the wrapped source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of the wrapped source, for the part of the query inside the extent."""
        part = self._part(query, purpose)
        return () if part is None else self._source.requests_for(part.query, purpose)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        part = self._part(query, purpose)
        if part is None:
            return Blank()
        answer = self._source.get(part.query, purpose, deadline)
        if part.query.size == query.size or isinstance(answer, Blank | NotModified):
            return answer
        return self._on_canvas(query, part, answer)

    def _part(self, query: MapQuery, purpose: Purpose) -> SubQuery | None:
        """What to ask for, or None for nothing; tiled sources are asked for whole tiles only."""
        if self._seed_only and purpose is Purpose.SERVE:
            return None
        if not self._resolutions.holds(query.bbox, query.size, query.srs):
            return None
        if self._region is None:
            return SubQuery(query, 0, 0)
        relation = self._region.relate(query.bbox)
        if relation is Relation.DISJOINT:
            return None
        if relation is Relation.CONTAINS or not self._source.traits.meta_tiles:
            return SubQuery(query, 0, 0)
        return sub_query(query, self._region.bbox)

    def _on_canvas(self, query: MapQuery, part: SubQuery, answer: Fetched | Drawn) -> Drawn:
        size = part.query.size
        raster = answer.raster if isinstance(answer, Drawn) else self._gate.pixels(answer.body, size)
        self._gate.check_size(raster, size)
        canvas = Canvas(query.size, transparent=True)
        return Drawn(self._imaging.compose(canvas, [Placement(raster, part.left, part.top, replaces=True)]))

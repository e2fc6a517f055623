"""A source that has something to show only in some area, at some resolutions, or for some purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import Size
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
from tilekeep.domain.srs import Srs
from tilekeep.domain.sub_query import SubQuery, sub_query
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.map_source import MapSource


class _Part(NamedTuple):
    """What the wrapped source is asked for, and the region by which its map is clipped."""

    asked: SubQuery
    clipped_by: Region | None = None


class LimitedSource:
    """Answers blank where the wrapped source has nothing to say, and asks it for no more than its extent.

    Args:
        source: the source with all to say.
        imaging: puts the part inside the extent on a canvas, and clips.
        gate: checks that part like any other image.
        region: gives the coverage in the SRS of a query, None for everywhere; asked for each query, and raises
            ProjectionError where the coverage has no image.
        clip: whether pixels outside the coverage become transparent (spec/coverages.md, 6 and 8).
        resolutions: the resolutions at which there is something to show.
        seed_only: whether serving gets no answer (spec/sources.md, 13).
        narrows: whether the wrapped source is asked for the part inside the extent only; False for one that knows its
            extent itself, in an SRS of its own.
    """

    def __init__(
        self,
        source: MapSource,
        imaging: Imaging,
        gate: StoreGate,
        *,
        region: Callable[[Srs], Region | None] | None = None,
        clip: bool = False,
        resolutions: ResolutionRange = EVERY_RESOLUTION,
        seed_only: bool = False,
        narrows: bool = True,
    ) -> None:
        self._source = source
        self._imaging = imaging
        self._gate = gate
        self._region = region
        self._clip = clip
        self._resolutions = resolutions
        self._seed_only = seed_only
        self._narrows = narrows and source.traits.meta_tiles

    @property
    def traits(self) -> SourceTraits:
        """Those of the wrapped source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of the wrapped source, for the part of the query inside the extent."""
        part = self._part(query, purpose)
        return () if part is None else self._source.requests_for(part.asked.query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the wrapped source, for the part of the query inside the extent."""
        part = self._part(query, Purpose.SERVE)
        return 0 if part is None else self._source.tiles_for(part.asked.query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        part = self._part(query, purpose)
        if part is None:
            return Blank()
        answer = self._source.get(part.asked.query, purpose, deadline)
        if isinstance(answer, Blank | NotModified):
            return answer
        if part.asked.query.size != query.size:
            answer = self._on_canvas(query.size, part.asked, answer)
        if part.clipped_by is None:
            return answer
        drawn = self._gate.drawn(answer, query.size)
        keep = part.clipped_by.mask(query.bbox, query.size)
        return drawn._replace(raster=self._imaging.clip(drawn.raster, keep))

    def _part(self, query: MapQuery, purpose: Purpose) -> _Part | None:
        """What to ask for, or None for nothing; tiled sources are asked for whole tiles only."""
        if self._seed_only and purpose is Purpose.SERVE:
            return None
        if not self._resolutions.holds(query.bbox, query.size, query.srs):
            return None
        try:
            region = self._region(query.srs) if self._region is not None else None
        except ProjectionError:
            return None
        return _Part(SubQuery(query, 0, 0)) if region is None else self._inside(region, query)

    def _inside(self, region: Region, query: MapQuery) -> _Part | None:
        relation = region.relate(query.bbox)
        if relation is Relation.DISJOINT:
            return None
        whole = SubQuery(query, 0, 0)
        if relation is Relation.CONTAINS:
            return _Part(whole)
        asked = sub_query(query, region.bbox) if self._narrows else whole
        return None if asked is None else _Part(asked, region if self._clip else None)

    def _on_canvas(self, size: Size, part: SubQuery, answer: Fetched | Drawn) -> Drawn:
        drawn = self._gate.drawn(answer, part.query.size)
        canvas = Canvas(size, transparent=True)
        placed = Placement(drawn.raster, part.left, part.top, replaces=True)
        return drawn._replace(raster=self._imaging.compose(canvas, [placed]))

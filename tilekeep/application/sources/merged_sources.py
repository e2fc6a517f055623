"""Several sources laid over each other as one."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.keeping import together
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner

#: Sources of one map asked at a time (spec/caches.md, 7).
CONCURRENT_SOURCES = 20


class MergedSources:
    """Asks all sources at a time and lays their maps over each other; one failure fails all.

    Where every source is blank the answer is an empty map, not a blank: it is stored (spec/sources.md, 1.2).

    Args:
        sources: bottom first, each with its opacity from 0.0 to 1.0 or None.
        imaging: lays the maps over each other.
        gate: checks each map like any other image.
        parallel: asks the sources side by side.
        transparent: whether the empty map below them is transparent, else white.
    """

    def __init__(
        self,
        sources: Sequence[tuple[MapSource, float | None]],
        imaging: Imaging,
        gate: StoreGate,
        parallel: ParallelRunner,
        *,
        transparent: bool,
    ) -> None:
        self._sources = tuple(sources)
        self._imaging = imaging
        self._gate = gate
        self._parallel = parallel
        self._transparent = transparent
        self._traits = SourceTraits(meta_tiles=all(source.traits.meta_tiles for source, _ in sources))

    @property
    def traits(self) -> SourceTraits:
        """Meta tiles only where all sources draw them."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of all sources, lowest first."""
        return tuple(request for source, _ in self._sources for request in source.requests_for(query, purpose))

    def tiles_for(self, query: MapQuery) -> int:
        """Those of all sources."""
        return sum(source.tiles_for(query) for source, _ in self._sources)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; always unconditional: several answers make one map."""
        unconditional = query._replace(validators=None)
        answers = self._parallel.map(
            lambda pair: pair[0].get(unconditional, purpose, deadline), self._sources, CONCURRENT_SOURCES
        )
        shown = [
            (answer, opacity)
            for answer, (_, opacity) in zip(answers, self._sources, strict=True)
            if isinstance(answer, Drawn | Fetched)
        ]
        placements = [
            Placement(self._gate.drawn(answer, query.size).raster, opacity=opacity) for answer, opacity in shown
        ]
        raster = self._imaging.compose(Canvas(query.size, self._transparent), placements)
        return Drawn(raster, *together(answer for answer, _ in shown))

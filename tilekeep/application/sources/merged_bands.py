"""One map out of bands of several sources."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.sources.merged_sources import CONCURRENT_SOURCES
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.bands import BandMix
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.keeping import together
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.imaging import Canvas, Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner


class MergedBands:
    """Asks all sources at a time and puts their bands together; one failure fails all (spec/caches.md, 11).

    Where any source is blank the answer is an empty map, not a blank: it is stored.

    Args:
        sources: those that the parts of ``mix`` count.
        mix: which bands go where.
        imaging: puts the bands together.
        gate: checks each map like any other image.
        parallel: asks the sources side by side.
        transparent: whether an empty map is transparent, else white.
    """

    def __init__(
        self,
        sources: Sequence[MapSource],
        mix: BandMix,
        imaging: Imaging,
        gate: StoreGate,
        parallel: ParallelRunner,
        *,
        transparent: bool,
    ) -> None:
        self._sources = tuple(sources)
        self._mix = mix
        self._imaging = imaging
        self._gate = gate
        self._parallel = parallel
        self._transparent = transparent
        self._traits = SourceTraits(meta_tiles=all(source.traits.meta_tiles for source in sources))

    @property
    def traits(self) -> SourceTraits:
        """Meta tiles only where all sources draw them."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The requests of all sources."""
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
        maps = [self._gate.drawn(answer, query.size) for answer in answers if isinstance(answer, Drawn | Fetched)]
        if len(maps) == len(answers):
            raster = self._imaging.merge_bands([drawn.raster for drawn in maps], self._mix)
        else:
            raster = self._imaging.compose(Canvas(query.size, self._transparent), [])
        return Drawn(raster, *together(maps))

"""A source of whose maps one colour stands for nothing."""

from __future__ import annotations

from tilekeep.application.sources.wrapped_source import WrappedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Blank, MapQuery, NotModified, SourceAnswer
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource


class WithoutColor(WrappedSource):
    """Makes a colour and those near it transparent (spec/sources.md, 3.6).

    Args:
        source: draws the maps.
        imaging: makes pixels transparent.
        gate: checks what the source sends.
        color: 8-bit red, green and blue.
        tolerance: how far each of them may be off.
    """

    def __init__(
        self, source: MapSource, imaging: Imaging, gate: StoreGate, *, color: tuple[int, int, int], tolerance: float
    ) -> None:
        super().__init__(source)
        self._imaging = imaging
        self._gate = gate
        self._color = color
        self._tolerance = tolerance

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        answer = self._source.get(query, purpose, deadline)
        if isinstance(answer, Blank | NotModified):
            return answer
        drawn = self._gate.drawn(answer, query.size)
        return drawn._replace(raster=self._imaging.without_color(drawn.raster, self._color, self._tolerance))

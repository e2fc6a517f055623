"""Maps of one colour."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Drawn, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.ports.imaging import Canvas, Imaging


class FlatColor:
    """A :class:`~tilekeep.ports.map_source.MapSource` that shows one colour everywhere.

    Args:
        imaging: draws it.
        color: 8-bit red, green and blue, and alpha for maps that are transparent.
    """

    def __init__(self, imaging: Imaging, color: tuple[int, ...]) -> None:
        self._imaging = imaging
        self._color = color

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: nobody is asked."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn:
        """See :class:`tilekeep.ports.map_source.MapSource`."""
        canvas = Canvas(query.size, transparent=len(self._color) > len("rgb"), background=self._color)
        return Drawn(self._imaging.compose(canvas, []))

"""A source that shows what it was asked for (spec/sources.md, 8.3)."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import Drawn, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.ports.imaging import Canvas, Imaging

#: It is asked for tiles one by one, so that each shows its own box.
_TRAITS = SourceTraits(meta_tiles=False)

_FONT_SIZE = 9
_BLACK = (0, 0, 0, 255)


class DebugSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` of transparent maps with box and resolution written on them."""

    def __init__(self, imaging: Imaging) -> None:
        self._imaging = imaging

    @property
    def traits(self) -> SourceTraits:
        """See the port."""
        return _TRAITS

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: everything is drawn here."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn:
        """See the port."""
        label = Label(description(query), LabelPlace.TOP_LEFT, _FONT_SIZE, _BLACK)
        canvas = self._imaging.compose(Canvas(query.size, transparent=True), ())
        return Drawn(self._imaging.annotate(canvas, (label,)))


def description(query: MapQuery) -> str:
    """The box in units of the SRS, and the units for each pixel along both axes."""
    box, size = query.bbox, query.size
    return f"bbox: {tuple(box)!r}\nres: {box.width / size.width:.8f}({box.height / size.height:.8f})"

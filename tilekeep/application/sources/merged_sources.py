"""Several sources laid over each other as one."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.sources.joint_maps import JointMaps
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.keeping import together
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery, SourceAnswer
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner


class MergedSources(JointMaps):
    """Lays the maps of all sources over each other.

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
        super().__init__([source for source, _ in sources], parallel)
        self._opacities = tuple(opacity for _, opacity in sources)
        self._imaging = imaging
        self._gate = gate
        self._transparent = transparent

    def merged(self, answers: Sequence[SourceAnswer], query: MapQuery) -> Drawn:
        """See :class:`~tilekeep.application.sources.joint_maps.JointMaps`."""
        shown = [
            (answer, opacity)
            for answer, opacity in zip(answers, self._opacities, strict=True)
            if isinstance(answer, Drawn | Fetched)
        ]
        placements = [
            Placement(self._gate.drawn(answer, query.size).raster, opacity=opacity) for answer, opacity in shown
        ]
        raster = self._imaging.compose(Canvas(query.size, self._transparent), placements)
        return Drawn(raster, *together(answer for answer, _ in shown))

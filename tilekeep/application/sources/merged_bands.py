"""One map out of bands of several sources."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.sources.joint_maps import JointMaps
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.bands import BandMix
from tilekeep.domain.keeping import together
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery, SourceAnswer
from tilekeep.ports.imaging import Canvas, Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner


class MergedBands(JointMaps):
    """Puts bands of all sources together (spec/caches.md, 11).

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
        super().__init__(sources, parallel)
        self._mix = mix
        self._imaging = imaging
        self._gate = gate
        self._transparent = transparent

    def merged(self, answers: Sequence[SourceAnswer], query: MapQuery) -> Drawn:
        """See :class:`~tilekeep.application.sources.joint_maps.JointMaps`."""
        maps = [self._gate.drawn(answer, query.size) for answer in answers if isinstance(answer, Drawn | Fetched)]
        if len(maps) == len(answers):
            raster = self._imaging.merge_bands([drawn.raster for drawn in maps], self._mix)
        else:
            raster = self._imaging.compose(Canvas(query.size, self._transparent), [])
        return Drawn(raster, *together(maps))

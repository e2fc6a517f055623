"""A source that has some reference systems only, as one that has all: its maps are drawn anew in the one wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tilekeep.application.refused_box import box_without_image
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.best_srs import best_srs
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ImageError, OutsideProjection, ProjectionError, SourceContentError
from tilekeep.domain.extent import Extent
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Blank, MapQuery, NotModified, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.source_size import source_size
from tilekeep.domain.srs import Srs
from tilekeep.domain.warp_planning import warp_between
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.projection import Projection


class ReprojectedSource:
    """Asks in the SRS of the query if the source has it, else in the best of those it has (spec/sources.md, 4).

    Args:
        source: draws any map in the ``available`` SRS.
        available: not empty.
        preferred: for the SRS of a map those it is best made from (``globals.srs.preferred_src_proj``).
        projection: knows the way between the SRS of a map and that of the source.
        imaging: warps.
        gate: checks what the source sends.
        transparent: whether maps of the source may be transparent, and so what its map does not reach.
        resampling: as in :class:`tilekeep.domain.image.ImageEncoding`.
    """

    def __init__(
        self,
        source: MapSource,
        *,
        available: Sequence[Srs],
        preferred: Mapping[Srs, Sequence[Srs]],
        projection: Projection,
        imaging: Imaging,
        gate: StoreGate,
        transparent: bool,
        resampling: str,
    ) -> None:
        self._source = source
        self._available = tuple(available)
        self._preferred = preferred
        self._projection = projection
        self._imaging = imaging
        self._gate = gate
        self._transparent = transparent
        self._resampling = resampling

    @property
    def traits(self) -> SourceTraits:
        """Those of the source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source, for the map that is made into the one of ``query``."""
        try:
            return self._source.requests_for(self._asked(query), purpose)
        except OutsideProjection:
            return ()

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source; raises as :meth:`get`."""
        return self._source.tiles_for(self._asked(query))

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`.

        :raises OutsideProjection: the box has no image in the SRS that the source is asked in.
        """
        asked = self._asked(query)
        answer = self._source.get(asked, purpose, deadline)
        if asked is query or isinstance(answer, Blank | NotModified):
            return answer
        drawn = self._gate.drawn(answer, asked.size)
        return drawn._replace(raster=self._warped(drawn.raster, asked, query))

    def _asked(self, query: MapQuery) -> MapQuery:
        srs = best_srs(query.srs, self._available, self._preferred)
        if srs == query.srs:
            return query
        try:
            bbox = self._projection.between(query.srs, srs).bbox(query.bbox)
        except ProjectionError as error:
            raise box_without_image(query.bbox, query.srs) from error
        if not all(map(math.isfinite, bbox)) or bbox.width <= 0 or bbox.height <= 0:
            raise box_without_image(query.bbox, query.srs)
        return query._replace(bbox=bbox, size=source_size(bbox, query.size), srs=srs)

    def _warped(self, raster: Raster, shown: MapQuery, wanted: MapQuery) -> Raster:
        to_source = self._projection.between(wanted.srs, shown.srs)
        source, target = Extent(shown.bbox, shown.srs), Extent(wanted.bbox, wanted.srs)
        warp = warp_between(source, shown.size, target, wanted.size, to_source.points, to_source.axes)
        assert warp is not None, "maps in two SRS are never the same"
        try:
            return self._imaging.warp(raster, warp, self._resampling, transparent=self._transparent)
        except ImageError as error:
            raise SourceContentError(f"the map of a source cannot be drawn in {wanted.srs.code}: {error}") from error

"""A cache that is passed by in fine resolutions: its source is asked for each map (spec/caches.md, 14)."""

from __future__ import annotations

import math

from tilekeep.application.refused_box import box_without_image
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.projection import Projection


class CacheOrDirect:
    """Hands every query to a cache or to its source.

    Args:
        cached: maps of the cache.
        direct: maps of its source.
        resolution: the coarsest for which the source is asked, in units of ``srs`` per pixel.
        srs: that of the first grid of the cache.
        projection: brings boxes into ``srs``.
    """

    def __init__(
        self, cached: MapSource, direct: MapSource, *, resolution: float, srs: Srs, projection: Projection
    ) -> None:
        self._cached = cached
        self._direct = direct
        self._resolution = resolution
        self._srs = srs
        self._projection = projection

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the one that is asked."""
        return self._chosen(query).requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the one that is asked."""
        return self._chosen(query).tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`.

        :raises OutsideProjection: the box has no image in the SRS of the first grid.
        """
        return self._chosen(query).get(query, purpose, deadline)

    def _chosen(self, query: MapQuery) -> MapSource:
        try:
            bbox = self._projection.between(query.srs, self._srs).bbox(query.bbox)
        except ProjectionError as error:
            raise box_without_image(query.bbox, query.srs) from error
        resolution = query._replace(bbox=bbox).resolution
        if math.isnan(resolution):
            raise box_without_image(query.bbox, query.srs)
        return self._cached if resolution > self._resolution else self._direct

"""A cache that is passed by in fine resolutions: its source is asked for each map (spec/caches.md, 14)."""

from __future__ import annotations

import math

from tilekeep.application.refused_box import box_without_image
from tilekeep.application.sources.chosen_maps import ChosenMaps
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.projection import Projection


class CacheOrDirect(ChosenMaps):
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

    def chosen(self, query: MapQuery) -> MapSource:
        """The cache, or its source where the map is fine enough.

        :raises OutsideProjection: the box has no image in the SRS of the first grid.
        """
        try:
            bbox = self._projection.between(query.srs, self._srs).bbox(query.bbox)
        except ProjectionError as error:
            raise box_without_image(query.bbox, query.srs) from error
        resolution = query._replace(bbox=bbox).resolution
        if math.isnan(resolution):
            raise box_without_image(query.bbox, query.srs)
        return self._cached if resolution > self._resolution else self._direct

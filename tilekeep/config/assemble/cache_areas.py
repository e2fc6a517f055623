"""Where and at which resolutions caches and sources have something to show, without putting their parts together."""

from __future__ import annotations

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_cache import cache_coverage
from tilekeep.config.mapproxy.meaning_source import SourceLimits, source_limits
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange, widest_range
from tilekeep.ports.projection import Projection


class CacheAreas:
    """Extents and resolution ranges of caches (spec/sources.md, 14; spec/caches.md, 14).

    Args:
        settings: the whole configuration.
        base_dir: absolute directory of the configuration.
        grids: makes grids.
        coverages: makes regions.
        projection: brings extents of other caches into the SRS of a grid.
    """

    def __init__(
        self,
        settings: Settings,
        base_dir: str,
        grids: GridAssembly,
        coverages: CoverageAssembly,
        projection: Projection,
    ) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._grids = grids
        self._coverages = coverages
        self._projection = projection
        self.bbox: OncePerKey[tuple[str, str], BBox] = OncePerKey(lambda key: self._bbox(*key))
        self.resolutions: OncePerKey[str, ResolutionRange] = OncePerKey(self._resolutions)

    def extent_of(self, name: str) -> Extent | None:
        """The area of a cache, or of a source in the SRS of its coverage; None for everywhere."""
        limits = self._limits(name) if name not in self._settings.caches else None
        if limits is None:
            return self.extent(name)
        option = ("sources", SourceName.parse(name).name, "coverage")
        return None if limits.coverage is None else self._coverages.extent(limits.coverage, option)

    def resolutions_of(self, name: str) -> ResolutionRange:
        """All resolutions at which a cache or source has something."""
        return self.resolutions(name) if name in self._settings.caches else self._source_resolutions(name)

    def extent(self, cache: str) -> Extent:
        """The area of a cache in the SRS of its first grid."""
        key = (self._settings.caches[cache].grids or (DEFAULT_GRID,))[0]
        return Extent(self.bbox((cache, key)), self._grids.grid(key).srs)

    def _bbox(self, cache: str, grid_key: str) -> BBox:
        """The coverage of the cache, else the union of those of its sources, else the grid."""
        grid = self._grids.grid(grid_key)
        option = ("caches", cache, "cache", "coverage")
        own = self._coverages.region(cache_coverage(self._settings, cache, self._base_dir), grid.srs, option)
        if own is not None:
            return own.bbox
        extent: BBox | None = None
        for name in self._settings.caches[cache].source_names:
            found = self._source_bbox(name, grid_key)
            if found is None:
                return grid.bbox
            extent = found if extent is None else extent.union(found)
        return extent or grid.bbox

    def _source_bbox(self, name: str, grid_key: str) -> BBox | None:
        """The area of a source or cache in the SRS of a grid; None for everywhere."""
        grid = self._grids.grid(grid_key)
        limits = self._limits(name)
        if limits is not None:
            region: Region | None = self._coverages.region(
                limits.coverage, grid.srs, ("sources", SourceName.parse(name).name, "coverage")
            )
            return None if region is None else region.bbox
        bbox, srs = self.extent(name)
        try:
            return self._projection.between(srs, grid.srs).bbox(bbox).intersection(grid.bbox)
        except ProjectionError:
            return None

    def _resolutions(self, cache: str) -> ResolutionRange:
        """All resolutions at which one of the sources has something; rescaled tiles are there at every one."""
        options = self._settings.caches[cache]
        if options.upscale_tiles or options.downscale_tiles:
            return EVERY_RESOLUTION
        return widest_range(self._source_resolutions(name) for name in options.source_names)

    def _source_resolutions(self, name: str) -> ResolutionRange:
        limits = self._limits(name)
        return self.resolutions(name) if limits is None else limits.resolutions

    def _limits(self, name: str) -> SourceLimits | None:
        """The limits of a source; None for a cache."""
        return source_limits(self._settings, name, self._base_dir)

"""Grids out of their options."""

from __future__ import annotations

from tilekeep.adapters.geometry.boxes import box_region
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage
from tilekeep.config.mapproxy.meaning_grid import EffectiveGrid, effective_grid
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.region import Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection


class GridAssembly:
    """Makes each grid once, by its key in the configuration, and regions in the SRS of a grid.

    Args:
        settings: the whole configuration.
        projection: knows the spatial reference systems.
    """

    def __init__(self, settings: Settings, projection: Projection) -> None:
        self._settings = settings
        self._projection = projection
        self.grid: OncePerKey[str, TileGrid] = OncePerKey(self._grid)

    def _grid(self, key: str) -> TileGrid:
        options = effective_grid(self._settings, key)
        srs = self._srs(options.srs, f"grids.{key}.srs")
        return GridDefinition(
            name=options.name,
            srs=srs,
            bbox=self._bbox(options, srs, key),
            tile_size=options.tile_size,
            origin=options.origin,
            res=options.res,
            res_factor=options.res_factor,
            num_levels=options.num_levels,
            min_res=options.min_res,
            max_res=options.max_res,
            align_with=None if options.align_with is None else self.grid(options.align_with),
            threshold_res=options.threshold_res,
            stretch_factor=options.stretch_factor,
            max_shrink_factor=options.max_shrink_factor,
        ).grid()

    def _bbox(self, options: EffectiveGrid, srs: Srs, key: str) -> BBox | None:
        if options.bbox is None:
            return None
        given = self._srs(options.bbox_srs, f"grids.{key}.bbox_srs")
        if given == srs:
            return options.bbox
        try:
            return self._projection.between(given, srs).bbox(options.bbox)
        except ProjectionError as error:
            raise ConfigurationError(
                f"grids.{key}.bbox: {list(options.bbox)} in {given.code} has no image in {srs.code}; correct it"
            ) from error

    def region(self, coverage: EffectiveCoverage | None, grid: TileGrid, path: str) -> Region | None:
        """The coverage in the SRS of ``grid``; ``path`` is its place in the configuration, for messages."""
        if coverage is None:
            return None
        try:
            return box_region(coverage.bbox, self._srs(coverage.srs, path), grid.srs, self._projection)
        except ProjectionError as error:
            raise ConfigurationError(
                f"{path}: {list(coverage.bbox)} in {coverage.srs} has no image in {grid.srs.code}; correct it"
            ) from error

    def srs_list(self, codes: tuple[str, ...], path: str) -> tuple[Srs, ...]:
        """The SRSs of ``codes``; ``path`` is their place in the configuration, for messages."""
        return tuple(self._srs(code, path) for code in codes)

    def _srs(self, code: str, path: str) -> Srs:
        try:
            return self._projection.srs(code)
        except ProjectionError as error:
            raise ConfigurationError(f"{path}: {code} is not known to PROJ; use a code such as EPSG:3857") from error

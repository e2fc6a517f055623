"""Grids out of their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.srs import configured_srs
from tilekeep.config.mapproxy.meaning_grid import EffectiveGrid, effective_grid
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.srs import Srs, normalised_code
from tilekeep.ports.projection import Projection


class GridAssembly:
    """Makes each grid once, by its key in the configuration.

    Args:
        settings: the whole configuration.
        projection: knows the spatial reference systems.
    """

    def __init__(self, settings: Settings, projection: Projection) -> None:
        self._settings = settings
        self._projection = projection
        self.grid: OncePerKey[str, TileGrid] = OncePerKey(self._grid)

    def _grid(self, key: str) -> TileGrid:
        try:
            return self._definition(key).grid()
        except ConfigurationError as error:
            raise ConfigurationError(error.message, option=("grids", key, *error.option[2:])) from error

    def _definition(self, key: str) -> GridDefinition:
        options = effective_grid(self._settings, key)
        srs = self._srs(options.srs, ("grids", key, "srs"))
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
        )

    def _bbox(self, options: EffectiveGrid, srs: Srs, key: str) -> BBox | None:
        if options.bbox is None:
            return None
        given = self._srs(options.bbox_srs, ("grids", key, "bbox_srs"))
        if given == srs:
            return options.bbox
        try:
            return self._projection.between(given, srs).bbox(options.bbox)
        except ProjectionError as error:
            raise ConfigurationError(
                f"{list(options.bbox)} in {given.code} has no image in {srs.code}; correct it",
                option=("grids", key, "bbox"),
            ) from error

    def srs_list(self, codes: tuple[str, ...], option: OptionPath) -> tuple[Srs, ...]:
        """The SRSs of ``codes``; ``option`` is their place in the configuration, for errors."""
        return tuple(self._srs(code, (*option, index)) for index, code in enumerate(codes))

    def preferred_srs(self) -> Mapping[Srs, Sequence[Srs]]:
        """For the SRS of a map those it is best made from (``globals.srs.preferred_src_proj``)."""
        option = ("globals", "srs", "preferred_src_proj")
        return {
            self._srs(normalised_code(target), (*option, target)): self.srs_list(
                tuple(map(normalised_code, codes)), (*option, target)
            )
            for target, codes in self._settings.globals.srs.preferred_src_proj.items()
        }

    def _srs(self, code: str, option: OptionPath) -> Srs:
        return configured_srs(self._projection, code, option)

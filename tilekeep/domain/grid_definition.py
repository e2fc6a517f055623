"""What the options of a grid mean: from its settings to the grid itself, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_checks import refuse_empty_area
from tilekeep.domain.level_options import LevelOptions
from tilekeep.domain.origin import Origin, origin_spelled
from tilekeep.domain.resolutions import SQRT2, resolution_of_one_tile
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH, Srs, default_bbox

#: Pixels of a tile where nothing else is said.
DEFAULT_TILE_SIZE = Size(256, 256)


@dataclass(frozen=True, slots=True)
class GridDefinition:
    """The settings of one grid (spec/config-globals-grids.md, 11.2), bases and defaults of the file already applied.

    A number of 0 counts as not given.

    :ivar bbox: in the grid's SRS; None for the world box of the SRS, where it has one.
    :ivar origin: ``ll``, ``sw``, ``ul`` or ``nw`` in any case; None for ``sw``.
    :ivar res: resolutions in any order, instead of all options that compute them.
    :ivar res_names: names of ``res``, in the same order; empty for none.
    :ivar min_res: resolution of level 0; None to fit the bbox in one tile.
    :ivar max_res: where the levels end.
    :ivar align_with: grid to take the resolutions from.
    """

    name: str
    srs: Srs
    bbox: BBox | None = None
    tile_size: Size = DEFAULT_TILE_SIZE
    origin: str | None = None
    res: tuple[float, ...] = ()
    res_factor: float | Literal["sqrt2"] = 2.0
    num_levels: int | None = None
    min_res: float | None = None
    max_res: float | None = None
    align_with: TileGrid | None = None
    threshold_res: tuple[float, ...] = ()
    stretch_factor: float = 1.15
    max_shrink_factor: float = 4.0
    res_names: tuple[str, ...] = ()

    def grid(self) -> TileGrid:
        """The grid.

        :raises ConfigurationError: the options contradict each other or describe no grid.
        """
        self._refuse_negative_numbers()
        refuse_empty_area(self.name, self._bbox(), self.tile_size)
        names, values = self._named_resolutions()
        return TileGrid(
            name=self.name,
            srs=self.srs,
            bbox=self._bbox(),
            tile_size=self.tile_size,
            resolutions=values,
            origin=self._origin(),
            stretch_factor=self.stretch_factor,
            max_shrink_factor=self.max_shrink_factor,
            threshold_res=self.threshold_res,
            level_names=names,
        )

    def _origin(self) -> Origin:
        if self.origin is None:
            return "sw"
        origin = origin_spelled(self.origin)
        if origin is None:
            raise self._error("origin", f"{self.origin!r} is no origin; use ll, sw, ul or nw")
        return origin

    def _bbox(self) -> BBox:
        if self.bbox is not None:
            return self.bbox
        world = default_bbox(self.srs.code)
        if world is None:
            raise self._error("bbox", f"missing, and {self.srs.code} has no default; give west, south, east, north")
        return BBox(*world)

    def _named_resolutions(self) -> tuple[tuple[str, ...], tuple[float, ...]]:
        if not self.res:
            return (), self._computed_resolutions()
        for option in ("min_res", "max_res", "align_with"):
            if getattr(self, option) is not None:
                clash = "align_resolutions_with" if option == "align_with" else option
                raise self._error("res", f"a list of resolutions excludes {clash}; remove one of the two")
        if not self.res_names:
            return (), tuple(sorted(self.res, reverse=True))
        if len(self.res_names) != len(self.res) or len(set(self.res_names)) != len(self.res):
            raise self._error("res", f"the names {list(self.res_names)} must be as many as resolutions, all different")
        named = sorted(zip(self.res, self.res_names, strict=True), key=lambda pair: pair[0], reverse=True)
        return tuple(name for _, name in named), tuple(value for value, _ in named)

    def _computed_resolutions(self) -> tuple[float, ...]:
        options = LevelOptions(
            place=f"grids.{self.name}",
            first=self.min_res or resolution_of_one_tile(self._bbox(), self.tile_size),
            max_res=self.max_res,
            num_levels=self.num_levels,
            factor=SQRT2 if self.res_factor == "sqrt2" else float(self.res_factor),
        )
        return options.computed() if self.align_with is None else options.aligned_with(self.align_with)

    def _refuse_negative_numbers(self) -> None:
        for option in ("num_levels", "min_res", "max_res"):
            value = getattr(self, option)
            if value is not None and not value >= 0:
                raise self._error(option, f"{value!r} must be above zero")

    def _error(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(problem, option=("grids", self.name, option))


class BuiltInGrid(NamedTuple):
    """Settings of a grid that needs no definition; its tile size is that of the configuration."""

    name: str
    srs_code: str
    origin: Origin
    bbox: BBox
    num_levels: int


_MERCATOR_WORLD = BBox(
    -WEB_MERCATOR_HALF_WIDTH, -WEB_MERCATOR_HALF_WIDTH, WEB_MERCATOR_HALF_WIDTH, WEB_MERCATOR_HALF_WIDTH
)

#: The grids of spec/config-globals-grids.md, 11.1; one of the same name in the configuration replaces them.
BUILT_IN_GRIDS = (
    BuiltInGrid("GLOBAL_GEODETIC", "EPSG:4326", "sw", BBox(-180.0, -90.0, 180.0, 90.0), 20),
    BuiltInGrid("GLOBAL_MERCATOR", "EPSG:900913", "sw", _MERCATOR_WORLD, 20),
    BuiltInGrid("GLOBAL_WEBMERCATOR", "EPSG:3857", "nw", _MERCATOR_WORLD, 20),
)

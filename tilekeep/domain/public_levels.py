"""How the levels and rows of a grid appear in the addresses of a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.origin import Origin
from tilekeep.domain.resolutions import SQRT2
from tilekeep.domain.srs import WEB_MERCATOR_CODES, WGS_84_CODE, default_bbox
from tilekeep.domain.tile import TileCoord

#: Codes that share the definition of WGS 84 in degrees (spec/config-globals-grids.md, 10).
_GEODETIC_CODES = frozenset({WGS_84_CODE, "CRS:84"})


class TileService(Enum):
    """The services that number levels, each in its own way."""

    TMS = "tms"
    TILES = "tiles"
    KML = "kml"
    WMTS = "wmts"


class PublicLevel(NamedTuple):
    """A level as a service shows it: its public number, the grid's number, SRS units per pixel."""

    order: int
    level: int
    resolution: float


class PublicAddress(NamedTuple):
    """Level, column and row as a client writes them."""

    z: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class PublicLevels:
    """What one service shows of one grid (spec/services.md, 4.3; spec/config-globals-grids.md, 11.10).

    TMS hides the first level of grids that are exactly the mercator or the geodetic world, as its profiles start
    with four and two tiles.  All but WMTS, whose documents list every level, show only every second level of grids
    that divide by the root of 2.

    :ivar profile: TMS profile: ``global-mercator``, ``global-geodetic`` or ``local``.
    :ivar tms_srs_name: the SRS as TMS documents name it.
    :ivar orders: the public levels in their order; none for a TMS world of one level.
    """

    grid: TileGrid
    service: TileService
    profile: str = field(init=False, compare=False)
    tms_srs_name: str = field(init=False, compare=False)
    orders: tuple[PublicLevel, ...] = field(init=False, compare=False)
    _matrices: tuple[tuple[int, int, int], ...] = field(init=False, compare=False, repr=False)
    _origin: Origin = field(init=False, compare=False, repr=False)
    _public_numbers: dict[int, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        profile, srs_name = _tms_profile(self.grid)
        levels = _shown_levels(self.grid, self.service, is_world=profile != "local")
        resolutions = self.grid.resolutions
        settled = {
            "profile": profile,
            "tms_srs_name": srs_name,
            "orders": tuple(PublicLevel(order, z, resolutions[z]) for order, z in enumerate(levels)),
            "_matrices": tuple((z, *self.grid.matrix_size(z)) for z in levels),
            "_origin": self.grid.origin,
            "_public_numbers": {z: order for order, z in enumerate(levels)},
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    def coord(self, z: int, x: int, y: int, origin: Origin | None = None) -> TileCoord | None:
        """The tile at a public address, or None if there is none.

        ``origin`` is the corner the address counts rows from, None the grid's own.
        """
        try:
            level, columns, rows = self._matrices[z]
        except IndexError:
            return None
        if z < 0 or not (0 <= x < columns and 0 <= y < rows):
            return None
        if origin is None or origin == self._origin:
            return TileCoord(level, x, y)
        return TileCoord(level, x, rows - 1 - y)

    def address(self, coord: TileCoord, origin: Origin | None = None) -> PublicAddress | None:
        """The public address of a tile of the grid, or None if its level is not shown; the reverse of ``coord``."""
        order = self._public_numbers.get(coord.z)
        if order is None:
            return None
        turned = coord if origin is None or origin == self._origin else self.grid.flipped(coord)
        return PublicAddress(order, turned.x, turned.y)

    def matrix_size(self, order: int) -> Size:
        """Columns and rows of a public level."""
        return self.grid.matrix_size(self.orders[order].level)


def _tms_profile(grid: TileGrid) -> tuple[str, str]:
    if grid.srs.code in WEB_MERCATOR_CODES and grid.bbox == default_bbox("EPSG:3857"):
        return "global-mercator", "OSGEO:41001"
    if grid.srs.code in _GEODETIC_CODES and grid.bbox == default_bbox(WGS_84_CODE):
        return "global-geodetic", "EPSG:4326"
    return "local", grid.srs.code


def _shown_levels(grid: TileGrid, service: TileService, *, is_world: bool) -> range:
    if service is TileService.WMTS:
        return range(grid.levels)
    # Compared without tolerance: 1.4142 as a factor is numbered like any other.
    halves_area = grid.levels > 1 and grid.resolutions[0] / grid.resolutions[1] == SQRT2
    step = 2 if halves_area else 1
    first = step if service is TileService.TMS and is_world else 0
    return range(first, grid.levels, step)

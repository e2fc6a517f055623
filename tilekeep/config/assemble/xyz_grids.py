"""Grids of archives, whose tiles are those of web maps."""

from __future__ import annotations

from tilekeep.config.problems import OptionPath
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import Srs
from tilekeep.domain.xyz import XyzLevels
from tilekeep.ports.projection import Projection

_WEB_MERCATOR = "EPSG:3857"


def web_mercator(projection: Projection) -> Srs:
    """The SRS of all archives."""
    return projection.srs(_WEB_MERCATOR)


def xyz_levels(grid: TileGrid, projection: Projection, option: OptionPath) -> XyzLevels:
    """What the tiles of ``grid`` are called in archives; ``option`` is to blame if they are in none.

    :raises ConfigurationError: the grid is in another SRS, or has other tiles.
    """
    if grid.srs != web_mercator(projection):
        message = f"archives have tiles in {_WEB_MERCATOR}, but the grid {grid.name!r} is in {grid.srs.code}"
        raise ConfigurationError(f"{message}; use a grid such as GLOBAL_WEBMERCATOR", option=option)
    try:
        return XyzLevels.of(grid)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, option=option) from error

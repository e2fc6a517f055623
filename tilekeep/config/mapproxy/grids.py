"""``grids``: how the plane is cut into levels and tiles (spec/config-globals-grids.md, 11.1-11.2)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.options import (
    BBoxOption,
    NotNegativeNumber,
    Opt,
    Options,
    Origin,
    PairOfWhole,
    PositiveNumber,
)


def _res_factor(value: Any) -> Any:
    """A factor above one, or ``sqrt2``."""
    if value == "sqrt2" or (type(value) in {int, float} and value > 1):
        return value
    raise PydanticCustomError("res_factor", "expected a number above 1, or 'sqrt2'")


class Grid(Options):
    """One entry of ``grids``; a resolution is in SRS units per pixel.

    :ivar base: grid from which all is taken that is not set here.
    :ivar name: as clients name the grid; without it, its key.
    :ivar srs: such as EPSG:3857.
    :ivar bbox: west, south, east, north.
    :ivar bbox_srs: SRS of the box if it is not that of the grid.
    :ivar num_levels: how many levels there are.
    :ivar res: resolutions of all levels.
    :ivar res_factor: from level to level, or sqrt2.
    :ivar min_res: resolution of level 0, the largest number.
    :ivar max_res: the finest resolution, the smallest number.
    :ivar stretch_factor: how much a level may be enlarged before the next one is taken.
    :ivar max_shrink_factor: how far level 0 may be shrunk.
    :ivar align_resolutions_with: grid whose resolutions are taken as far as they fit.
    :ivar origin: corner of tile 0/0: sw (or ll), nw (or ul).
    :ivar tile_size: width and height of tiles in pixels.
    :ivar threshold_res: resolutions at which the next level is taken.
    """

    base: Opt[str] = None
    name: Opt[str] = None
    srs: Opt[str] = None
    bbox: Opt[BBoxOption] = None
    bbox_srs: Opt[str] = None
    num_levels: Opt[Annotated[int, Field(ge=0, le=100)]] = None
    res: Opt[Annotated[tuple[PositiveNumber, ...], Field(min_length=1)]] = None
    res_factor: Opt[Annotated[float | Literal["sqrt2"], BeforeValidator(_res_factor)]] = None
    max_res: Opt[NotNegativeNumber] = None
    min_res: Opt[NotNegativeNumber] = None
    stretch_factor: Opt[PositiveNumber] = None
    max_shrink_factor: Opt[PositiveNumber] = None
    align_resolutions_with: Opt[str] = None
    origin: Opt[Origin] = None
    tile_size: Opt[PairOfWhole] = None
    threshold_res: Opt[tuple[PositiveNumber, ...]] = None


#: Grids that exist without being configured; a configured grid of the same name replaces them.
BUILT_IN_GRIDS: dict[str, dict[str, str]] = {
    "GLOBAL_GEODETIC": {"srs": "EPSG:4326", "origin": "sw"},
    "GLOBAL_MERCATOR": {"srs": "EPSG:900913", "origin": "sw"},
    "GLOBAL_WEBMERCATOR": {"srs": "EPSG:3857", "origin": "nw"},
}

#: The grid of caches and tile sources that name none.
DEFAULT_GRID = "GLOBAL_MERCATOR"

"""What every tile grid must be, wherever its numbers come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size


def refuse_impossible_grid(name: str, bbox: BBox, tile_size: Size, resolutions: Sequence[float], origin: str) -> None:
    """Checks that the numbers describe a grid.

    :raises ConfigurationError: naming the grid, the option, its value and the remedy.
    """
    if origin not in {"sw", "nw"}:
        raise ConfigurationError(f"grids.{name}.origin: {origin!r} is no origin; use ll, sw, ul or nw")
    refuse_empty_area(name, bbox, tile_size)
    _refuse_impossible_resolutions(name, bbox, resolutions)


def refuse_empty_area(name: str, bbox: BBox, tile_size: Size) -> None:
    """Checks that the box and its tiles have an area.

    :raises ConfigurationError: naming the grid, the option, its value and the remedy.
    """
    if tile_size.width < 1 or tile_size.height < 1:
        raise ConfigurationError(f"grids.{name}.tile_size: {list(tile_size)} must be two numbers of pixels above zero")
    if not all(map(math.isfinite, bbox)) or bbox.width <= 0 or bbox.height <= 0:
        raise ConfigurationError(
            f"grids.{name}.bbox: {list(bbox)} is empty; give finite numbers west, south, east, north with west < east "
            "and south < north"
        )


def _refuse_impossible_resolutions(name: str, bbox: BBox, resolutions: Sequence[float]) -> None:
    if not resolutions:
        raise ConfigurationError(f"grids.{name}: no levels; give res, num_levels or max_res")
    extent = max(bbox.width, bbox.height)
    for z, resolution in enumerate(resolutions):
        if not 0 < resolution < math.inf or math.isinf(extent / resolution):
            raise ConfigurationError(
                f"grids.{name}: the resolution of level {z} is {resolution!r}, but must be a number above zero that "
                "divides the bbox; correct res, min_res and max_res, or ask for fewer num_levels"
            )
    for above, below in pairwise(resolutions):
        if below > above:
            raise ConfigurationError(
                f"grids.{name}: resolution {below!r} follows {above!r}; levels go from the largest to the smallest"
            )

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
    place = f"grids.{name}"
    if origin not in {"sw", "nw"}:
        raise ConfigurationError(f"{place}.origin: {origin!r} is no origin; use ll, sw, ul or nw")
    if tile_size.width < 1 or tile_size.height < 1:
        raise ConfigurationError(f"{place}.tile_size: {list(tile_size)} must be two numbers of pixels above zero")
    if not all(map(math.isfinite, bbox)) or bbox.width <= 0 or bbox.height <= 0:
        raise ConfigurationError(
            f"{place}.bbox: {list(bbox)} is empty; give finite west, south, east, north with west < east, south < north"
        )
    _refuse_impossible_resolutions(place, bbox, resolutions)


def _refuse_impossible_resolutions(place: str, bbox: BBox, resolutions: Sequence[float]) -> None:
    if not resolutions:
        raise ConfigurationError(f"{place}: no levels; give res, num_levels or max_res")
    for z, resolution in enumerate(resolutions):
        if not (0 < resolution < math.inf) or math.isinf(max(bbox.width, bbox.height) / resolution):
            raise ConfigurationError(
                f"{place}: the resolution of level {z} is {resolution!r}, but must be a number above zero that divides "
                "the bbox; correct res, min_res and max_res, or ask for fewer num_levels"
            )
    for above, below in pairwise(resolutions):
        if below > above:
            raise ConfigurationError(
                f"{place}: resolution {below!r} follows {above!r}; levels go from the largest number to the smallest"
            )

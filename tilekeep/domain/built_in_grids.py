"""The grids every configuration may name without defining them (spec/config-globals-grids.md, 11.1)."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.geometry import BBox
from tilekeep.domain.origin import Origin
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH


class BuiltInGrid(NamedTuple):
    """Settings of a grid; the tile size is that of the configuration."""

    name: str
    srs_code: str
    origin: Origin
    bbox: BBox
    num_levels: int


_MERCATOR_WORLD = BBox(
    -WEB_MERCATOR_HALF_WIDTH, -WEB_MERCATOR_HALF_WIDTH, WEB_MERCATOR_HALF_WIDTH, WEB_MERCATOR_HALF_WIDTH
)

#: A grid of the same name in the configuration replaces one of these.
BUILT_IN_GRIDS = (
    BuiltInGrid("GLOBAL_GEODETIC", "EPSG:4326", "sw", BBox(-180.0, -90.0, 180.0, 90.0), 20),
    BuiltInGrid("GLOBAL_MERCATOR", "EPSG:900913", "sw", _MERCATOR_WORLD, 20),
    BuiltInGrid("GLOBAL_WEBMERCATOR", "EPSG:3857", "nw", _MERCATOR_WORLD, 20),
)

"""Where the pixels of the compared caches lie, and where maps of them show something."""

from __future__ import annotations

from typing import NamedTuple

Box = tuple[float, float, float, float]
Pair = tuple[int, int]


class Grid(NamedTuple):
    """As much of a grid as finds stored pixels: the upper left corner and the resolutions, coarse first."""

    srs: str
    left: float
    top: float
    resolutions: tuple[float, ...]

    def box(self, level: int, size: Pair, column: float, row: float, scale: float = 1.0) -> Box:
        """The box of ``size`` pixels whose upper left corner is ``column``, ``row`` pixels into the level.

        Pixels are ``scale`` times as large as those of the level.
        """
        resolution = self.resolutions[level]
        left, top = self.left + column * resolution, self.top - row * resolution
        return left, top - size[1] * scale * resolution, left + size[0] * scale * resolution, top


HALF_WORLD = 20037508.342789244
MERCATOR = Grid("EPSG:3857", -HALF_WORLD, HALF_WORLD, tuple(2 * HALF_WORLD / 256 / 2**z for z in range(20)))
DEGREES = Grid("EPSG:4326", -180.0, 90.0, tuple(360 / 256 / 2**z for z in range(20)))
DEGREES_NW = Grid("EPSG:4326", -180.0, 90.0, tuple(0.703125 / 2**z for z in range(10)))
UTM = Grid("EPSG:25832", -46133.17, 6301219.54, (4891.96, 1212.12, 333.333333333, 77.7))

SIZE = (300, 200)

#: Islands, roads and towns at level 5 of Mercator; all sources and coverages have something there.
NEAR = MERCATOR.box(5, SIZE, 4200, 2700)

#: Central Europe in the SRS that maps are offered in, in x/y order.
EUROPE: dict[str, Box] = {
    "EPSG:3857": (556597.45, 5465442.18, 2003750.83, 7361866.11),
    "EPSG:900913": (556597.45, 5465442.18, 2003750.83, 7361866.11),
    "EPSG:4326": (5.0, 44.0, 18.0, 55.0),
    "EPSG:4258": (5.0, 44.0, 18.0, 55.0),
    "CRS:84": (5.0, 44.0, 18.0, 55.0),
    "EPSG:25832": (250000.0, 5100000.0, 1050000.0, 6050000.0),
    "EPSG:31467": (3300000.0, 5250000.0, 3900000.0, 6000000.0),
    "EPSG:2154": (100000.0, 6050000.0, 1240000.0, 7110000.0),
}


def around_a_road(level: int) -> Box:
    """A box of stored Mercator pixels around the road at 10 degrees east, 49.3 degrees north, at any level."""
    return MERCATOR.box(level, SIZE, round(135.1 * 2**level) - 150, round(87.68 * 2**level) - 100)

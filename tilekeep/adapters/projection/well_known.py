"""The two reference systems nearly every installation uses, with their mathematics, known without any library."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tilekeep.domain.srs import METRES_PER_DEGREE, WEB_MERCATOR_CODES, WEB_MERCATOR_HALF_WIDTH, WGS_84_CODE, Srs

#: Definition that all codes of web mercator share.
WEB_MERCATOR = "EPSG:3857"

#: Definition that ``EPSG:4326`` and ``CRS:84`` share.
WGS_84 = "EPSG:4326"

_SEMI_MAJOR_METRES = 6378137.0
_HALF_TURN = 180.0
_RIGHT_ANGLE = 90.0

#: Beyond it the sine of the inverse projection has long been one; PROJ answers there.
_STEEPEST_NORTHING = 2.4e8


def well_known_srs() -> dict[str, Srs]:
    """Reference systems by code: WGS 84 in both axis orders, web mercator under all its codes.

    See spec/config-globals-grids.md, 10.
    """
    known = {code: Srs(code, WEB_MERCATOR, False, False, 1.0) for code in WEB_MERCATOR_CODES}
    known[WGS_84_CODE] = Srs(WGS_84_CODE, WGS_84, True, True, METRES_PER_DEGREE)
    known["CRS:84"] = Srs("CRS:84", WGS_84, True, False, METRES_PER_DEGREE)
    return known


class AxisFormulas(NamedTuple):
    """A transformation that keeps the axes; the greatest coordinates, of either sign, for which it holds."""

    x: Callable[[float], float]
    y: Callable[[float], float]
    greatest_x: float
    greatest_y: float

    def hold_for(self, xs: Iterable[float], ys: Iterable[float]) -> bool:
        """Whether no coordinate lies outside the world, where PROJ decides what happens."""
        return all(abs(x) <= self.greatest_x for x in xs) and all(abs(y) <= self.greatest_y for y in ys)


def _easting(longitude: float) -> float:
    return math.radians(longitude) * _SEMI_MAJOR_METRES


def _northing(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude))) * _SEMI_MAJOR_METRES


def _longitude(x: float) -> float:
    return x / WEB_MERCATOR_HALF_WIDTH * _HALF_TURN  # which makes halves and quarters of the world whole degrees


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(y / _SEMI_MAJOR_METRES)))


#: Degrees to metres (EPSG Guidance Note 7-2, 3.2.1.2: Popular Visualisation Pseudo-Mercator), written as PROJ writes
#: it, so that both agree to the last bit.
TO_WEB_MERCATOR = AxisFormulas(_easting, _northing, _HALF_TURN, _RIGHT_ANGLE)

#: Metres to degrees; agrees with PROJ to 1e-13 degrees.
TO_WGS_84 = AxisFormulas(_longitude, _latitude, WEB_MERCATOR_HALF_WIDTH, _STEEPEST_NORTHING)

"""The two reference systems nearly every installation uses, with their mathematics, known without any library."""

from __future__ import annotations

import math

from tilekeep.domain.srs import METRES_PER_DEGREE, WEB_MERCATOR_CODES, WEB_MERCATOR_HALF_WIDTH, WGS_84_CODE, Srs

#: Definition that all codes of web mercator share.
WEB_MERCATOR = "EPSG:3857"

#: Definition that ``EPSG:4326`` and ``CRS:84`` share.
WGS_84 = "EPSG:4326"

Point = tuple[float, float]

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


def to_web_mercator(point: Point) -> Point | None:
    """Degrees to metres, or None outside the world, where PROJ decides what happens.

    EPSG Guidance Note 7-2, 3.2.1.2 (Popular Visualisation Pseudo-Mercator), written as PROJ writes it, so that both
    agree to the last bit.
    """
    longitude, latitude = point
    if not (abs(longitude) <= _HALF_TURN and abs(latitude) <= _RIGHT_ANGLE):
        return None
    northing = math.asinh(math.tan(math.radians(latitude)))
    return math.radians(longitude) * _SEMI_MAJOR_METRES, northing * _SEMI_MAJOR_METRES


def to_wgs_84(point: Point) -> Point | None:
    """Metres to degrees, or None outside the world; agrees with PROJ to 1e-13 degrees."""
    x, y = point
    if not (abs(x) <= WEB_MERCATOR_HALF_WIDTH and abs(y) <= _STEEPEST_NORTHING):
        return None
    latitude = math.atan(math.sinh(y / _SEMI_MAJOR_METRES))
    return math.degrees(x / _SEMI_MAJOR_METRES), math.degrees(latitude)

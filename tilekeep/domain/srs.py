"""Spatial reference systems as the core sees them: a code, a definition to compare by, and units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

#: The code of WGS 84 in degrees, in which areas of any SRS are compared (spec/config-globals-grids.md, 10).
WGS_84_CODE = "EPSG:4326"

#: Codes of one and the same web mercator projection (spec/config-globals-grids.md, 10).
WEB_MERCATOR_CODES = frozenset({"EPSG:3857", "EPSG:900913", "EPSG:102100", "EPSG:102113"})

#: Half the width of the web mercator plane: pi times the WGS 84 semi-major axis, in metres.
WEB_MERCATOR_HALF_WIDTH = 20037508.342789244

#: Metres per degree on the WGS 84 equator: the factor of the OGC scale denominator (17-083r4, 6.1.1.1).
METRES_PER_DEGREE = 2 * math.pi * 6378137.0 / 360

#: Side of the standard pixel in metres, by which scales are resolutions (OGC 07-057r7, 6.1).
STANDARD_PIXEL_METRES = 0.00028


@dataclass(frozen=True, slots=True)
class Srs:
    """A spatial reference system.

    Two of them are equal when their definitions are: ``EPSG:900913`` equals ``EPSG:3857`` and ``CRS:84`` equals
    ``EPSG:4326``; equal ones also hash alike, so that aliases find each other in dictionaries.

    :ivar code: ``AUTHORITY:NUMBER`` in upper case, spelled as the configuration spells it.
    :ivar definition: canonical text of the definition; what equality compares.
    :ivar geographic: whether coordinates are degrees.
    :ivar north_first: whether protocols with authority axis order put the northing (latitude) first.
    :ivar metres_per_unit: length of one SRS unit in metres (degrees: along the equator).
    """

    code: str = field(compare=False)
    definition: str
    geographic: bool = field(compare=False)
    north_first: bool = field(compare=False)
    metres_per_unit: float = field(compare=False)


def as_listed(srs: Srs, listed: Iterable[Srs]) -> Srs:
    """``srs`` as ``listed`` spells it, such as ``EPSG:900913`` for ``EPSG:3857``; as it is where that lacks it."""
    return next((found for found in listed if found == srs), srs)


def normalised_code(code: str | int) -> str:
    """``AUTHORITY:CODE`` in upper case; a bare number means EPSG (spec/config-globals-grids.md, 10).

    Codes of other celestial bodies are also written with their edition apart: ``IAU:2015:30100``, as in URNs.
    """
    text = str(code).strip().upper()
    authority, _, edition_and_code = text.partition(":")
    if authority == "IAU" and ":" in edition_and_code:
        return f"IAU_{edition_and_code}"
    return f"EPSG:{text}" if text.isdigit() else text


def default_bbox(code: str) -> tuple[float, float, float, float] | None:
    """The world box that grids in this SRS get when they name none, or None (by code, not by definition)."""
    if code == WGS_84_CODE:
        return (-180.0, -90.0, 180.0, 90.0)
    if code in WEB_MERCATOR_CODES:
        half = WEB_MERCATOR_HALF_WIDTH
        return (-half, -half, half, half)
    return None

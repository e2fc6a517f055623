"""Names of reference systems as OGC documents spell them (OGC 09-048r5), and the codes that they stand for."""

from __future__ import annotations

import re

from tilekeep.domain.srs import Srs

_URL = re.compile(
    r"https?://www\.opengis\.net/(?:def|gml/srs)/(?:crs|epsg\.xml#)/?(\w+)/([\w.]+)/(\w+)/?", re.IGNORECASE
)
_URN = re.compile(r"urn:(?:x-)?ogc(?:-def)?:(?:def:)?crs:(\w+):(?:[\w.]*:)?(\w+)", re.IGNORECASE)
_SHORT = re.compile(r"\[?(\w+):(\w+)\]?")
_LONGITUDE_FIRST = "CRS84"

#: The authority for other celestial bodies than the Earth; its codes count for an edition, a year.
_PLANETS = "IAU"


def code_of_crs(name: str) -> str:
    """``AUTHORITY:CODE`` of a URL, a URN, a safe CURIE or such a code; ``CRS:84`` for what OGC calls ``CRS84``.

    :raises ValueError: it is none of them.
    """
    url = _URL.fullmatch(name)
    found = url or _URN.fullmatch(name) or _SHORT.fullmatch(name)
    if found is None:
        raise ValueError(f"{name[:100]!r} is no name of a CRS")
    authority, code = found[1].upper(), found[found.re.groups].upper()
    if url is not None and authority == _PLANETS:
        authority = f"{_PLANETS}_{url[2]}"
    return "CRS:84" if authority == "OGC" and code == _LONGITUDE_FIRST else f"{authority}:{code}"


def crs_url(srs: Srs) -> str:
    """The URL of a reference system."""
    authority, _, code = srs.code.rpartition(":")
    if authority.startswith(f"{_PLANETS}_"):
        return f"http://www.opengis.net/def/crs/{_PLANETS}/{authority.removeprefix(f'{_PLANETS}_')}/{code}"
    if authority == "CRS":
        return f"http://www.opengis.net/def/crs/OGC/1.3/CRS{code}"
    return f"http://www.opengis.net/def/crs/{authority}/0/{code}"


def is_of_earth(srs: Srs) -> bool:
    """Whether a reference system is one of the Earth."""
    return not srs.code.startswith(_PLANETS)

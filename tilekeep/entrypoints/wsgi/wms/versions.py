"""The versions of WMS, in what they differ, and which one a request means (spec/services.md, 3.2 and 3.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tilekeep.domain.errors import InvalidParameter

#: Numbers between points; nobody counts versions in more digits.
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,7}")


@dataclass(frozen=True, slots=True)
class WmsVersion:
    """What requests and documents of a version look like.

    :ivar version_parameter: the parameter that names the version in requests for maps.
    :ivar srs_parameter: the parameter that names the SRS of a map.
    :ivar authority_axes: whether boxes have the axis order of the SRS, else x before y.
    :ivar capabilities_type: content type of capabilities documents; ``exception_type`` that of exceptions.
    :ivar short_formats: whether formats have short names too, such as ``PNG``.
    :ivar has_dimensions: whether maps can be asked for by time and the like.
    :ivar has_legends: whether there is a GetLegendGraphic.
    :ivar lists_tiles: whether capabilities documents with the profile WMS-C exist.
    """

    number: str
    version_parameter: str
    srs_parameter: str
    authority_axes: bool
    capabilities_type: str
    exception_type: str
    short_formats: bool = False
    has_dimensions: bool = True
    has_legends: bool = False
    lists_tiles: bool = False


V1_0_0 = WmsVersion(
    "1.0.0",
    version_parameter="wmtver",
    srs_parameter="srs",
    authority_axes=False,
    capabilities_type="text/xml; charset=utf-8",
    exception_type="text/xml",
    short_formats=True,
    has_dimensions=False,
)
V1_1_0 = WmsVersion(
    "1.1.0",
    version_parameter="version",
    srs_parameter="srs",
    authority_axes=False,
    capabilities_type="application/vnd.ogc.wms_xml",
    exception_type="application/vnd.ogc.se_xml",
    lists_tiles=True,
)
V1_1_1 = replace(V1_1_0, number="1.1.1", has_legends=True)
V1_3_0 = WmsVersion(
    "1.3.0",
    version_parameter="version",
    srs_parameter="crs",
    authority_axes=True,
    capabilities_type="text/xml; charset=utf-8",
    exception_type="text/xml; charset=utf-8",
    has_legends=True,
)

#: The versions that are spoken, ascending, by their numbers.
VERSIONS: Mapping[str, WmsVersion] = {version.number: version for version in (V1_0_0, V1_1_0, V1_1_1, V1_3_0)}


def negotiated(given: Mapping[str, str], offered: Sequence[WmsVersion]) -> WmsVersion:
    """The version in which a request with the parameters ``given`` is answered.

    It is the one that is asked for; else the highest of ``offered`` (ascending) below it; else the lowest of all.  A
    request without version is answered in the highest.

    :raises InvalidParameter: the version is no number.
    """
    name = "version" if "version" in given else "wmtver"
    text = given.get(name)
    if text is None:
        return offered[-1]
    for version in offered:
        if version.number == text:
            return version
    if not _NUMBER.fullmatch(text.strip()):
        raise InvalidParameter(f"invalid {name}: {text!r}", locator=name)
    wanted = _parts(text.strip())
    return next((version for version in reversed(offered) if _parts(version.number) <= wanted), offered[0])


def _parts(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))

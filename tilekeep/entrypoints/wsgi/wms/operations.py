"""The names of WMS requests, and what they require (spec/services.md, 3.2 and 3.3)."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from tilekeep.domain.errors import InvalidParameter, MissingParameter, UnsupportedOperation
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion


class Operation(enum.Enum):
    """What a client can ask for."""

    MAP = "GetMap"
    FEATURE_INFO = "GetFeatureInfo"
    CAPABILITIES = "GetCapabilities"
    LEGEND = "GetLegendGraphic"


#: Lower-case names; those of WMS 1.0.0 are understood in every version.
_NAMES = {
    "getmap": Operation.MAP,
    "map": Operation.MAP,
    "getfeatureinfo": Operation.FEATURE_INFO,
    "feature_info": Operation.FEATURE_INFO,
    "getcapabilities": Operation.CAPABILITIES,
    "capabilities": Operation.CAPABILITIES,
    "getlegendgraphic": Operation.LEGEND,
}

#: Operations of the standard that this service does not offer.
_NOT_OFFERED = frozenset({"describelayer", "getstyles"})

_BEFORE_SRS = ("request", "layers", "styles")
_AFTER_SRS = ("bbox", "width", "height", "format")

#: What requests for feature info may lack, as many clients forget it.
_FORGOTTEN = frozenset({"styles", "format"})


def operation(given: Mapping[str, str], version: WmsVersion) -> Operation:
    """The operation of a version that ``request`` names, in any case.

    :raises MissingParameter: there is no ``request``.
    :raises UnsupportedOperation: it is one of the standard, but not offered.
    :raises InvalidParameter: it is none.
    """
    name = given.get("request")
    if name is None:
        raise MissingParameter("missing parameters ['request']", locator="request")
    found = _NAMES.get(name.lower())
    if found is not None and (found is not Operation.LEGEND or version.has_legends):
        return found
    if name.lower() in _NOT_OFFERED:
        raise UnsupportedOperation(f"request {name} is not supported by this version of Tilekeep", locator="request")
    raise InvalidParameter(f"unknown WMS request type '{name}'", locator="request")


def require_map_parameters(given: Mapping[str, str], version: WmsVersion) -> None:
    """Returns if a GetMap request has every parameter, be it blank.

    :raises MissingParameter: names all that are missing.
    """
    _require(given, _map_parameters(version))


def require_info_parameters(given: Mapping[str, str], version: WmsVersion, *, strict: bool) -> None:
    """Returns if a GetFeatureInfo request has every parameter, be it blank; ``strict`` forgives none.

    :raises MissingParameter: names all that are missing.
    """
    of_map = (name for name in _map_parameters(version) if strict or name not in _FORGOTTEN)
    _require(given, (*of_map, "query_layers", *position_parameters(version)))


def position_parameters(version: WmsVersion) -> tuple[str, str]:
    """The parameters that say where on the map a place is, column first."""
    return ("i", "j") if version.authority_axes else ("x", "y")


def require_legend_parameters(given: Mapping[str, str], version: WmsVersion, *, strict: bool) -> None:
    """Returns if a GetLegendGraphic request has every parameter, be it blank; ``strict`` wants one more.

    :raises MissingParameter: names all that are missing.
    """
    required = (version.version_parameter, "request", "layer", "format")
    _require(given, (*required, "sld_version") if strict else required)


def _map_parameters(version: WmsVersion) -> tuple[str, ...]:
    return (version.version_parameter, *_BEFORE_SRS, version.srs_parameter, *_AFTER_SRS)


def _require(given: Mapping[str, str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in given]
    if missing:
        raise MissingParameter(f"missing parameters {missing}", locator=missing[0])

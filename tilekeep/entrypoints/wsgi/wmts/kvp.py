"""WMTS by key-value pairs (spec/services.md, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.domain.errors import InvalidParameter, InvalidRequest, MissingParameter
from tilekeep.domain.image import subtype
from tilekeep.entrypoints.wsgi.base_url import base_url
from tilekeep.entrypoints.wsgi.errors import RENDERED, report
from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wmts import get_tile
from tilekeep.entrypoints.wsgi.wmts.capabilities import WmtsCapabilities
from tilekeep.entrypoints.wsgi.wmts.exceptions import exception_report
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoParameters, WmtsFeatureInfo
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets

_TILE_PARAMETERS = (
    "version",
    "request",
    "layer",
    "style",
    "tilematrixset",
    "tilematrix",
    "tilerow",
    "tilecol",
    "format",
)

#: The format of a tile, which the standard wants here too, does not matter, and QGIS does not send it.
_INFO_PARAMETERS = (*(name for name in _TILE_PARAMETERS if name != "format"), "infoformat", "i", "j")


class WmtsKvp:
    """Answers requests whose query string says ``service=WMTS``.

    Args:
        sets: finds layers and matrix sets.
        delivery: makes tiles into responses.
        feature_info: answers GetFeatureInfo.
        capabilities: writes the capabilities document.
    """

    def __init__(
        self,
        *,
        sets: MatrixSets,
        delivery: TileDelivery,
        feature_info: WmtsFeatureInfo,
        capabilities: WmtsCapabilities,
    ) -> None:
        self._sets = sets
        self._deliver = delivery
        self._feature_info = feature_info
        self._capabilities = capabilities

    def __call__(self, environ: Environ, given: Mapping[str, str]) -> Response:
        """The tile, info or document; ``given`` are the parameters by lower-case name."""
        try:
            operation = given.get("request", "").lower()
            if operation == "gettile":
                return self._deliver(self._located(given), environ)
            if operation == "getcapabilities":
                return self._capabilities.by_parameters(environ, base_url(environ))
            if operation == "getfeatureinfo":
                return self._info(environ, given)
            raise _refusal(given)
        except RENDERED as error:
            return exception_report(report(error))

    def locate(self, path: str, query_string: str) -> Located:
        """The tile that a query string means, found as in serving.

        :raises RequestError: none.
        """
        given = parameters(query_string)
        if given.get("request", "").lower() != "gettile":
            raise InvalidRequest(f"no GetTile request: {query_string}")
        return self._located(given)

    def _located(self, given: Mapping[str, str]) -> Located:
        try:
            wanted = get_tile.TileParameters(
                given["layer"],
                given["tilematrixset"],
                given["tilematrix"].strip(),
                given["tilecol"].strip(),
                given["tilerow"].strip(),
                subtype(given["format"]),
            )
            given["style"], given["version"]  # present is all they have to be
        except KeyError:
            raise _missing(given, _TILE_PARAMETERS) from None
        return get_tile.located(self._sets, wanted, given)

    def _info(self, environ: Environ, given: Mapping[str, str]) -> Response:
        if any(name not in given for name in _INFO_PARAMETERS):
            raise _missing(given, _INFO_PARAMETERS)
        located = self._located({**given, "format": ""})
        wanted = InfoParameters(given["i"], given["j"], given["infoformat"], given.get("feature_count"))
        return self._feature_info(located, wanted, environ)


def _refusal(given: Mapping[str, str]) -> Exception:
    if not given.get("request"):
        return MissingParameter("missing parameters ['request']", locator="request")
    return InvalidParameter(f"unknown WMTS request type '{given['request']}'", locator="request")


def _missing(given: Mapping[str, str], required: tuple[str, ...]) -> MissingParameter:
    missing = [name for name in required if name not in given]
    return MissingParameter(f"missing parameters {missing}", locator=missing[0])

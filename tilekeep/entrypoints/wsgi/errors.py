"""The one table from errors to protocol answers; each protocol renders its own document from it."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.domain.errors import (
    InvalidDimension,
    InvalidParameter,
    InvalidRequest,
    LayerNotQueryable,
    LockTimeout,
    MapTooLarge,
    MissingParameter,
    NoLegend,
    OutsideProjection,
    PointOutsideMap,
    RequestError,
    SourceError,
    StoreError,
    TilekeepError,
    TileOutsideGrid,
    UnknownLayer,
    UnknownStyle,
    UnknownTileGrid,
    UnsupportedFormat,
    UnsupportedOperation,
    UnsupportedSrs,
)
from tilekeep.entrypoints.wsgi.legible import legible
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Header

log = logging.getLogger("tilekeep.wsgiapp")


class WmsAnswer(NamedTuple):
    """How an error looks under WMS: the codes of 1.1.1 and of 1.3.0, None where the standard has none for it."""

    status: int = 400
    code_1_1_1: str | None = None
    code_1_3_0: str | None = None


class ApiAnswer(NamedTuple):
    """How an error looks under OGC API: the status and the type of the problem (spec/services.md, 8.3)."""

    status: int = 400
    kind: str = "Invalid Parameter"


class ProtocolAnswer(NamedTuple):
    """How an error looks: status under TMS and ``/tiles``, status and code under OWS, under WMS, under OGC API."""

    tms_status: int
    ows_status: int
    ows_code: str
    wms: WmsAnswer = WmsAnswer()
    api: ApiAnswer = ApiAnswer()


def _coded(code: str, later_code: str | None = None) -> WmsAnswer:
    return WmsAnswer(400, code, later_code or code)


_NOT_FOUND = ApiAnswer(404, "Not Found")
_FAILED = ApiAnswer(500, "InternalError")


#: spec/services.md, 3.5, 4.5 and 5.6; OGC 07-057r7, table 24 and its fellows for the status of each code;
#: OGC 01-068r3, annex A.3, and OGC 06-042, table E.1, for the codes of WMS.
ANSWERS: Mapping[type[TilekeepError], ProtocolAnswer] = {
    InvalidRequest: ProtocolAnswer(404, 400, "NoApplicableCode", api=ApiAnswer(400, "Bad Request")),
    MissingParameter: ProtocolAnswer(404, 400, "MissingParameterValue"),
    InvalidParameter: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    OutsideProjection: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    PointOutsideMap: ProtocolAnswer(404, 400, "PointIJOutOfRange", WmsAnswer(code_1_3_0="InvalidPoint")),
    LayerNotQueryable: ProtocolAnswer(404, 501, "OperationNotSupported", _coded("LayerNotQueryable")),
    UnknownLayer: ProtocolAnswer(404, 400, "InvalidParameterValue", _coded("LayerNotDefined"), _NOT_FOUND),
    UnknownTileGrid: ProtocolAnswer(404, 400, "InvalidParameterValue", api=_NOT_FOUND),
    UnsupportedFormat: ProtocolAnswer(
        404, 400, "InvalidParameterValue", _coded("InvalidFormat"), ApiAnswer(406, "Not Acceptable")
    ),
    UnsupportedSrs: ProtocolAnswer(404, 400, "InvalidParameterValue", _coded("InvalidSRS", "InvalidCRS")),
    NoLegend: ProtocolAnswer(404, 404, "NoApplicableCode", WmsAnswer(404)),
    UnknownStyle: ProtocolAnswer(404, 400, "InvalidParameterValue", _coded("StyleNotDefined")),
    MapTooLarge: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    InvalidDimension: ProtocolAnswer(404, 400, "InvalidParameterValue", _coded("InvalidDimensionValue")),
    TileOutsideGrid: ProtocolAnswer(404, 400, "TileOutOfRange"),
    UnsupportedOperation: ProtocolAnswer(
        404, 501, "OperationNotSupported", WmsAnswer(code_1_3_0="OperationNotSupported")
    ),
    SourceError: ProtocolAnswer(500, 500, "NoApplicableCode", WmsAnswer(500), _FAILED),
    LockTimeout: ProtocolAnswer(503, 503, "NoApplicableCode", WmsAnswer(503), _FAILED._replace(status=503)),
    StoreError: ProtocolAnswer(500, 500, "NoApplicableCode", WmsAnswer(500), _FAILED),
}

#: Longest message about a request, in characters: what was wrong with it shows in its beginning.
_LONGEST_MESSAGE = 400

#: What the handlers of all protocols turn into documents; every other error is an internal one.
RENDERED = (RequestError, SourceError, LockTimeout, StoreError)


class ErrorReport(NamedTuple):
    """All that a protocol needs to write its exception document; ``message`` may be shown to clients."""

    answer: ProtocolAnswer
    message: str
    locator: str | None
    headers: tuple[Header, ...]


def report(error: TilekeepError) -> ErrorReport:
    """What clients may know of ``error``, one of :data:`RENDERED`."""
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    if isinstance(error, RequestError):
        return ErrorReport(answer, _legible(error.message), error.locator, NOT_STORABLE)
    if isinstance(error, SourceError):
        return ErrorReport(answer, error.client_message, None, (*NOT_STORABLE, *_retry_after(error.retry_after)))
    log.error("request failed: %s", error)
    if isinstance(error, LockTimeout):
        return ErrorReport(answer, "The tile is still being made, try again.", None, (*NOT_STORABLE, *_retry_after(1)))
    return ErrorReport(answer, "The tile store does not answer.", None, NOT_STORABLE)


def _legible(message: str) -> str:
    """A message on one line of bounded length: it may quote what a client sent."""
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}... ({len(message)} characters)"
    return legible(message)


def _retry_after(seconds: float | None) -> tuple[Header, ...]:
    return () if seconds is None else (("Retry-After", str(max(1, math.ceil(seconds)))),)

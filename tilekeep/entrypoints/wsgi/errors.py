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
    LockTimeout,
    MissingParameter,
    RequestError,
    SourceError,
    StoreError,
    TilekeepError,
    TileOutsideGrid,
    UnknownLayer,
    UnknownTileGrid,
    UnsupportedFormat,
    UnsupportedOperation,
)
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Header

log = logging.getLogger("tilekeep.wsgiapp")


class ProtocolAnswer(NamedTuple):
    """How an error looks: status under TMS and ``/tiles``, status and exception code under OGC services."""

    tms_status: int
    ows_status: int
    ows_code: str


#: spec/services.md, 4.5 and 5.6; OGC 07-057r7, table 24 and its fellows for the status of each code.
ANSWERS: Mapping[type[TilekeepError], ProtocolAnswer] = {
    InvalidRequest: ProtocolAnswer(404, 400, "NoApplicableCode"),
    MissingParameter: ProtocolAnswer(404, 400, "MissingParameterValue"),
    InvalidParameter: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    UnknownLayer: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    UnknownTileGrid: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    UnsupportedFormat: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    InvalidDimension: ProtocolAnswer(404, 400, "InvalidParameterValue"),
    TileOutsideGrid: ProtocolAnswer(404, 400, "TileOutOfRange"),
    UnsupportedOperation: ProtocolAnswer(404, 501, "OperationNotSupported"),
    SourceError: ProtocolAnswer(500, 500, "NoApplicableCode"),
    LockTimeout: ProtocolAnswer(503, 503, "NoApplicableCode"),
    StoreError: ProtocolAnswer(500, 500, "NoApplicableCode"),
}

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
        return ErrorReport(answer, error.message, error.locator, NOT_STORABLE)
    if isinstance(error, SourceError):
        return ErrorReport(answer, error.client_message, None, (*NOT_STORABLE, *_retry_after(error.retry_after)))
    log.error("request failed: %s", error)
    if isinstance(error, LockTimeout):
        return ErrorReport(answer, "The tile is still being made, try again.", None, (*NOT_STORABLE, *_retry_after(1)))
    return ErrorReport(answer, "The tile store does not answer.", None, NOT_STORABLE)


def _retry_after(seconds: float | None) -> tuple[Header, ...]:
    return () if seconds is None else (("Retry-After", str(max(1, math.ceil(seconds)))),)

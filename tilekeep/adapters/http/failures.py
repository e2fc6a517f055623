"""Errors of requests, urllib3 and the sockets below, translated where they are raised."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
import urllib3

from tilekeep.adapters.http.body import BodyTooLarge, UnknownEncoding
from tilekeep.adapters.http.connections import StaleConnection
from tilekeep.domain.errors import NoImage, SourceError, SourceTimeout, SourceUnreachable
from tilekeep.domain.source_failure import (
    BAD_URL,
    INTERNAL_ERROR,
    NO_RESPONSE,
    NOT_VERIFIED,
    UNUSABLE_ANSWER,
    failure_texts,
)

#: What sending and receiving may raise; anything else is a defect of ours.
LIBRARY_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
    ValueError,
    BodyTooLarge,
    UnknownEncoding,
)

_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_TLS = (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError)
_CONNECTION = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.MaxRetryError,
    urllib3.exceptions.ProxyError,
)
_BAD_URLS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationValueError,
    urllib3.exceptions.URLSchemeUnknown,
    UnicodeError,
)


def translated(error: Exception, public_url: str, *, hide_details: bool) -> SourceError:
    """The error of the port for one of :data:`LIBRARY_ERRORS`."""
    texts = failure_texts(_kind(error), public_url, reason(error), hide_details=hide_details)
    kind: type[SourceError] = SourceUnreachable
    if isinstance(error, BodyTooLarge | UnknownEncoding):
        kind = NoImage
    elif isinstance(error, _TIMEOUTS):
        kind = SourceTimeout
    return kind(texts.log, client_message=texts.client)


def is_stale_connection(error: Exception) -> bool:
    """Whether a connection that had been used before was closed before any byte of this answer."""
    return any(isinstance(cause, StaleConnection) for cause in _causes(error))


def reason(error: Exception) -> str:
    """The innermost cause in a few words, without URLs."""
    innermost = list(_causes(error))[-1]
    if isinstance(innermost, ssl.SSLCertVerificationError) and hasattr(innermost, "verify_message"):
        return innermost.verify_message
    if isinstance(innermost, TimeoutError) or isinstance(error, _TIMEOUTS):
        return "timed out"
    if isinstance(innermost, OSError) and innermost.strerror:
        return innermost.strerror
    return str(innermost) or type(innermost).__name__


def _kind(error: Exception) -> str:
    if isinstance(error, BodyTooLarge | UnknownEncoding):
        return UNUSABLE_ANSWER
    if isinstance(error, _TLS):
        return NOT_VERIFIED
    if isinstance(error, _BAD_URLS):
        return BAD_URL
    if isinstance(error, _TIMEOUTS + _CONNECTION):
        return NO_RESPONSE
    return INTERNAL_ERROR


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is inside it, outermost first: the libraries wrap by argument, attribute and cause."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = _inner(current)


def _inner(error: BaseException) -> BaseException | None:
    candidates = (*error.args[::-1], getattr(error, "reason", None), error.__cause__)
    return next((item for item in candidates if isinstance(item, BaseException)), None)

"""No error of the libraries gets out untranslated, and none shows a URL with its secrets."""

from __future__ import annotations

import inspect
import socket
import ssl

import pytest
import requests
import urllib3
from urllib3.exceptions import (
    IncompleteRead,
    InvalidChunkLength,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from tilekeep.adapters.http.body import BodyTooLarge, UnknownEncoding
from tilekeep.adapters.http.failures import LIBRARY_ERRORS, reason, translated
from tilekeep.domain.errors import NoImage, SourceError, SourceTimeout, SourceUnreachable

POOL = urllib3.HTTPConnectionPool("host")
PUBLIC_URL = "http://host/?key=***"

LIBRARY_CLASSES = [
    error
    for module in (requests.exceptions, urllib3.exceptions)
    for _, error in inspect.getmembers(module, inspect.isclass)
    if issubclass(error, Exception)
    and not issubclass(error, Warning)
    and error.__module__.startswith(("requests", "urllib3"))
]


def with_text(kind: type[Exception], text: str) -> Exception:
    """An instance without the arguments its class insists on, save those whose text is made of them."""
    if kind is IncompleteRead:
        return IncompleteRead(1, 2)
    if kind is InvalidChunkLength:
        return InvalidChunkLength(urllib3.HTTPResponse(), text.encode())
    error = kind.__new__(kind)
    Exception.__init__(error, text)
    return error


def refused() -> Exception:
    inner = ConnectionRefusedError(111, "Connection refused")
    new = NewConnectionError(POOL, f"Failed to establish a new connection: {inner}")  # type: ignore[arg-type]
    new.__cause__ = inner
    return requests.ConnectionError(MaxRetryError(POOL, "/?key=hunter2", new))


@pytest.mark.parametrize("kind", LIBRARY_CLASSES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_of_the_libraries_is_translated(kind: type[Exception]) -> None:
    error = with_text(kind, "with url: http://u:hunter2@host/?key=hunter2")

    failure = translated(error, PUBLIC_URL, hide_details=True)

    assert isinstance(error, LIBRARY_ERRORS)
    assert isinstance(failure, SourceError)
    assert "hunter2" not in str(failure)
    assert failure.client_message.endswith(" (see logs for URL and reason).")


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        pytest.param(refused(), SourceUnreachable, "No response from URL", id="refused"),
        pytest.param(requests.ConnectTimeout(), SourceTimeout, "No response from URL", id="connecting took too long"),
        pytest.param(requests.ReadTimeout(), SourceTimeout, "No response from URL", id="reading took too long"),
        pytest.param(ReadTimeoutError(POOL, "/", "x"), SourceTimeout, "No response from URL", id="in the body"),
        pytest.param(TimeoutError("late"), SourceTimeout, "No response from URL", id="the deadline"),
        pytest.param(
            requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "self-signed")),
            SourceUnreachable,
            "Could not verify connection to URL",
            id="TLS",
        ),
        pytest.param(requests.exceptions.InvalidURL("x"), SourceUnreachable, "URL not correct", id="a bad URL"),
        pytest.param(ProtocolError("broken"), SourceUnreachable, "No response from URL", id="a broken transfer"),
        pytest.param(BodyTooLarge("big"), NoImage, "Unusable answer from URL", id="too large"),
        pytest.param(UnknownEncoding("br"), NoImage, "Unusable answer from URL", id="an odd encoding"),
        pytest.param(ValueError("odd"), SourceUnreachable, "Internal HTTP error", id="anything else"),
    ],
)
def test_kinds_and_texts(error: Exception, kind: type[SourceError], text: str) -> None:
    failure = translated(error, PUBLIC_URL, hide_details=True)

    assert type(failure) is kind
    assert failure.client_message == f"{text} (see logs for URL and reason)."
    assert str(failure).startswith(f'{text} "http://host/?key=***": ')


def test_the_open_form_is_the_text_of_the_log() -> None:
    failure = translated(refused(), PUBLIC_URL, hide_details=False)

    assert failure.client_message == str(failure) == f'No response from URL "{PUBLIC_URL}": Connection refused'


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(refused(), "Connection refused", id="the innermost cause"),
        pytest.param(socket.gaierror(-2, "Name or service not known"), "Name or service not known", id="a name"),
        pytest.param(requests.ReadTimeout(ReadTimeoutError(POOL, "/?key=x", "long")), "timed out", id="a time-out"),
        pytest.param(requests.ConnectionError(), "ConnectionError", id="an error that says nothing"),
    ],
)
def test_the_reason_is_short(error: Exception, expected: str) -> None:
    assert reason(error) == expected

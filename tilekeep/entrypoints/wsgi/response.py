"""What a handler answers, before the application turns it into a WSGI response."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

#: The WSGI environment of a request (PEP 3333).
Environ = dict[str, Any]

#: A response header: name and value.
Header = tuple[str, str]

#: Headers of everything nobody may keep (spec/services.md, 1.5).
NOT_STORABLE: tuple[Header, ...] = (
    ("Cache-Control", "no-cache, no-store"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
)

#: Documents name the addresses of the service, which depend on these request headers (spec/services.md, 1.4).
VARY: Header = ("Vary", "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto")

#: The same for documents that are compressed for clients that can read that.
VARY_WITH_ENCODING: Header = ("Vary", f"{VARY[1]}, Accept-Encoding")

#: Bodies are what they are declared to be; browsers need not guess (Fetch standard, 3.6).
NOSNIFF: Header = ("X-Content-Type-Options", "nosniff")

_STATUS_LINES: Mapping[int, str] = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Response(NamedTuple):
    """Status line, headers and body; ``headers`` belongs to this response alone, so that more may be appended."""

    status: str
    headers: list[Header]
    body: bytes


def vary_with(headers: list[Header], name: str) -> None:
    """Adds a request header to the one ``Vary`` among ``headers``; some proxies read no second one."""
    varying = [value for header, value in headers if header == "Vary"]
    headers[:] = [header for header in headers if header[0] != "Vary"]
    headers.append(("Vary", ", ".join([*varying, name])))


def status_line(status: int) -> str:
    """``404`` -> ``404 Not Found``."""
    return _STATUS_LINES[status]


def document(status: int, content_type: str, body: bytes, extra: tuple[Header, ...] = ()) -> Response:
    """A text or XML document with its length and its Vary header."""
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), NOSNIFF, VARY, *extra]
    return Response(_STATUS_LINES[status], headers, body)


def plain_text(status: int, text: str, extra: tuple[Header, ...] = ()) -> Response:
    """A message in plain text."""
    return document(status, "text/plain; charset=utf-8", text.encode("utf-8", "replace"), extra)

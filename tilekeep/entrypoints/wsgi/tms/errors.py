"""How TMS and the tiles service say what went wrong (spec/services.md, 4.5)."""

from __future__ import annotations

from tilekeep.entrypoints.wsgi.documents import xml_text
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.response import Response, document, plain_text


def server_error(report: ErrorReport) -> Response:
    """A ``TileMapServerError`` document."""
    text = f"<TileMapServerError>\n  <Message>{xml_text(report.message)}</Message>\n</TileMapServerError>\n"
    body = f'<?xml version="1.0"?>\n{text}'.encode("utf-8", "replace")
    return document(report.answer.tms_status, "text/xml; charset=utf-8", body, report.headers)


def plain_error(report: ErrorReport) -> Response:
    """The message as plain text."""
    return plain_text(report.answer.tms_status, report.message, report.headers)

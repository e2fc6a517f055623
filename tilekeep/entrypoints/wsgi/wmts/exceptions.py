"""OWS exception reports (OGC 06-121r3, 8; spec/services.md, 5.6)."""

from __future__ import annotations

from tilekeep.entrypoints.wsgi.documents import xml_text
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.response import Response, document

_NAMESPACES = (
    'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.opengis.net/ows/1.1 http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd"'
)


def exception_report(report: ErrorReport) -> Response:
    """An ``ows:ExceptionReport`` with code, locator and message."""
    answer = report.answer
    locator = "" if report.locator is None else f' locator="{xml_text(report.locator)}"'
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ows:ExceptionReport {_NAMESPACES} version="1.0.0" xml:lang="en">\n'
        f'  <ows:Exception exceptionCode="{answer.ows_code}"{locator}>\n'
        f"    <ows:ExceptionText>{xml_text(report.message)}</ows:ExceptionText>\n"
        "  </ows:Exception>\n"
        "</ows:ExceptionReport>\n"
    )
    return document(answer.ows_status, "text/xml", body.encode("utf-8", "replace"), report.headers)

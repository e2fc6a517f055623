"""Problems as JSON, or as a page for whoever reads pages (RFC 9457; spec/services.md, 8.3)."""

from __future__ import annotations

import json
from typing import Any

from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import HTML_TYPE, JSON_TYPE
from tilekeep.entrypoints.wsgi.ogcapi.pages import PAGE_HEADERS
from tilekeep.entrypoints.wsgi.response import Response, document, vary_with


def problem(report: ErrorReport, templates: DocumentTemplates, *, base: str, as_html: bool) -> Response:
    """The document of an error; ``base`` is the address of the service."""
    status, kind = report.answer.api
    content: dict[str, Any] = {"title": "OGCAPI", "type": kind, "status": status, "detail": report.message}
    if as_html:
        page = templates.render("ogcapi/problem.html", base=base, problem=content)
        response = document(status, f"{HTML_TYPE}; charset=utf-8", page, (*report.headers, *PAGE_HEADERS))
    else:
        response = document(status, JSON_TYPE, json.dumps(content, indent=2).encode(), report.headers)
    vary_with(response.headers, "Accept")
    return response

"""Service exceptions as XML (OGC 01-068r3, annex A.3; OGC 06-042, annex E.2; spec/services.md, 3.5)."""

from __future__ import annotations

from tilekeep.entrypoints.wsgi.documents import xml_text
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.response import Response, document
from tilekeep.entrypoints.wsgi.wms.versions import V1_1_1, WmsVersion

_DOCTYPE = '<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">\n'
_NAMESPACES = (
    ' xmlns="http://www.opengis.net/ogc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd"'
)


def service_exception(report: ErrorReport, version: WmsVersion) -> Response:
    """A ``ServiceExceptionReport`` with code and message, from 1.3.0 on with the parameter that is to blame."""
    if version is V1_1_1:
        doctype, namespaces, code, locator = _DOCTYPE, "", report.answer.wms.code_1_1_1, None
    else:
        doctype, namespaces, code, locator = "", _NAMESPACES, report.answer.wms.code_1_3_0, report.locator
    attributes = _attribute("code", code) + _attribute("locator", locator)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
        f'<ServiceExceptionReport version="{version.number}"{namespaces}>\n'
        f"  <ServiceException{attributes}>{xml_text(report.message)}</ServiceException>\n"
        "</ServiceExceptionReport>\n"
    )
    return document(report.answer.wms.status, version.exception_type, body.encode("utf-8", "replace"), report.headers)


def _attribute(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{xml_text(value)}"'

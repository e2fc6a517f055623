"""Service exceptions as XML (OGC 00-028, annex A.2; 01-068r3, A.3; 06-042, E.2; spec/services.md, 3.5)."""

from __future__ import annotations

from tilekeep.entrypoints.wsgi.documents import xml_text
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.response import Response, document
from tilekeep.entrypoints.wsgi.wms.versions import V1_0_0, V1_3_0, WmsVersion

_DOCTYPE = '<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/{number}/exception_{name}.dtd">\n'
_NAMESPACES = (
    ' xmlns="http://www.opengis.net/ogc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd"'
)


def service_exception(report: ErrorReport, version: WmsVersion) -> Response:
    """The exception document of a version.

    That of 1.0.0 is a text; later ones have a code, from 1.3.0 on also the parameter that is to blame.
    """
    content = _wmt_exception(report) if version is V1_0_0 else _exception_report(report, version)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{content}'
    return document(report.answer.wms.status, version.exception_type, body.encode("utf-8", "replace"), report.headers)


def _wmt_exception(report: ErrorReport) -> str:
    return f'<WMTException version="1.0.0">{xml_text(report.message)}</WMTException>\n'


def _exception_report(report: ErrorReport, version: WmsVersion) -> str:
    if version is V1_3_0:
        doctype, namespaces, code, locator = "", _NAMESPACES, report.answer.wms.code_1_3_0, report.locator
    else:
        doctype = _DOCTYPE.format(number=version.number, name=version.number.replace(".", "_"))
        namespaces, code, locator = "", report.answer.wms.code_1_1_1, None
    attributes = _attribute("code", code) + _attribute("locator", locator)
    return (
        f'{doctype}<ServiceExceptionReport version="{version.number}"{namespaces}>\n'
        f"  <ServiceException{attributes}>{xml_text(report.message)}</ServiceException>\n"
        "</ServiceExceptionReport>\n"
    )


def _attribute(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{xml_text(value)}"'

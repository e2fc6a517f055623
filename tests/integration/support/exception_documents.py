"""The error documents of OGC services, as values."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple

from tests.integration.support.answers import Answer

_OGC = "{http://www.opengis.net/ogc}"
_OWS = "{http://www.opengis.net/ows/1.1}"


class Complaint(NamedTuple):
    """What an error document says; ``locator`` and ``code`` where it has them.

    :ivar document: the name of its root element, with the namespace.
    """

    document: str
    version: str | None
    code: str | None
    locator: str | None
    message: str


def complaint(answer: Answer) -> Complaint:
    """The first exception of a WMS, WMTS or TMS document; fails for any other answer."""
    assert "xml" in answer.media_type, f"{answer.status} {answer.media_type}: {answer.body[:200]!r}"
    root = ET.fromstring(answer.body)
    version = root.get("version")
    if root.tag == "WMTException":
        return Complaint(root.tag, version, None, None, (root.text or "").strip())
    for name, message, code in (
        ("ServiceException", None, "code"),
        (f"{_OGC}ServiceException", None, "code"),
        (f"{_OWS}Exception", f"{_OWS}ExceptionText", "exceptionCode"),
        ("Message", None, "code"),
    ):
        found = root.find(name)
        if found is not None:
            text = found.text if message is None else found.findtext(message)
            return Complaint(root.tag, version, found.get(code), found.get("locator"), (text or "").strip())
    raise AssertionError(f"no exception in {answer.body[:400]!r}")

"""WMS requests with their usual parameters, and exceptions as clients read them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from werkzeug.test import TestResponse

_OGC = "{http://www.opengis.net/ogc}"
_USUAL = {
    "service": "WMS",
    "request": "GetMap",
    "layers": "osm",
    "styles": "",
    "bbox": "5,45,15,55",
    "width": "100",
    "height": "80",
    "format": "image/png",
}


def get_map(version: str = "1.1.1", /, *, path: str = "/service", **changed: str | None) -> str:
    """A GetMap request in degrees; ``changed`` replaces parameters, None leaves one out."""
    srs = {"crs": "CRS:84"} if version == "1.3.0" else {"srs": "EPSG:4326"}
    name = "wmtver" if version == "1.0.0" else "version"
    given = {name: version, **_USUAL, **srs} | changed
    return f"{path}?{urlencode({name: value for name, value in given.items() if value is not None})}"


def capabilities(version: str | None = "1.1.1", *, path: str = "/service", **more: str) -> str:
    """A GetCapabilities request."""
    given = {"service": "WMS", "request": "GetCapabilities", **({"version": version} if version else {}), **more}
    return f"{path}?{urlencode(given)}"


class ServiceException(NamedTuple):
    """An exception: its version, its code or None, and its message."""

    version: str
    code: str | None
    message: str


def service_exception(answer: TestResponse) -> ServiceException:
    """The one exception of a report, in the form of its version."""
    root = ET.fromstring(answer.data)
    version = root.attrib["version"]
    if version == "1.0.0":
        assert (root.tag, len(root)) == ("WMTException", 0)
        return ServiceException(version, None, root.text or "")
    namespace = _OGC if version == "1.3.0" else ""
    assert root.tag == f"{namespace}ServiceExceptionReport"
    (found,) = root
    assert found.tag == f"{namespace}ServiceException"
    return ServiceException(version, found.attrib.get("code"), found.text or "")

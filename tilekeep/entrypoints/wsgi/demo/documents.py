"""The documents of the services as text on a page (spec/services.md, 7).

They are written by the service itself, in this process: no address that a request names is ever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from tilekeep.entrypoints.wsgi.base_url import path_quoted, script_url
from tilekeep.entrypoints.wsgi.response import Environ, Response

#: What the answer must not depend on: it is read here, as a whole.
_HEADERS_OF_CLIENTS = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "CONTENT_LENGTH")


class Document(NamedTuple):
    """A document of a service as text; ``address`` is where programs get it."""

    service: str
    address: str
    status: int
    text: str


class _Place(NamedTuple):
    """Where a service has its document."""

    service: str
    path: str
    query: Mapping[str, str]


#: By the parameter of the page.
_PLACES: Mapping[str, _Place] = {
    "wms_capabilities": _Place("WMS", "/service", {"REQUEST": "GetCapabilities", "SERVICE": "WMS"}),
    "wmsc_capabilities": _Place(
        "WMS-C", "/service", {"REQUEST": "GetCapabilities", "SERVICE": "WMS", "VERSION": "1.1.1", "tiled": "true"}
    ),
    "wmts_capabilities_kvp": _Place("WMTS", "/service", {"REQUEST": "GetCapabilities", "SERVICE": "WMTS"}),
    "wmts_capabilities": _Place("WMTS", "/wmts/1.0.0/WMTSCapabilities.xml", {}),
    "tms_capabilities": _Place("TMS", "/tms/1.0.0/", {}),
}

#: The parameters that ask for a document, in the order in which the reference looks for them.
DOCUMENT_PARAMETERS = tuple(_PLACES)


class ServiceDocuments:
    """Gets the documents from the services.

    Args:
        answer: answers a request as the application does, but for what concerns all responses.
    """

    def __init__(self, answer: Callable[[Environ], Response]) -> None:
        self._answer = answer

    def __call__(self, parameter: str, given: Mapping[str, str], environ: Environ) -> Document:
        """The document that ``parameter`` of a request stands for.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        place = _PLACES[parameter]
        path = place.path
        if parameter == "tms_capabilities" and given.get("layer") and given.get("srs"):
            path += f"{_segment(given['layer'])}/{_segment(given['srs'])}"
        query = urlencode(place.query)
        inner = {name: value for name, value in environ.items() if name not in _HEADERS_OF_CLIENTS}
        inner |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
        response = self._answer(inner)
        quoted = "/".join(path_quoted(_text(part)) for part in path.split("/"))
        address = f"{script_url(environ)}{quoted}{f'?{query}' if query else ''}"
        status = int(response.status[:3])
        return Document(place.service, address, status, response.body.decode("utf-8", "replace"))


def _segment(text: str) -> str:
    """One part of a path as the WSGI environment spells it; a slash would make two of it."""
    return text.replace("/", "").encode("utf-8", "replace").decode("latin-1")


def _text(wsgi_text: str) -> str:
    return wsgi_text.encode("latin-1", "replace").decode("utf-8", "replace")

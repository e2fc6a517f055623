"""The scripts and styles of the pages."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

from tilekeep.entrypoints.wsgi.caching import is_not_modified
from tilekeep.entrypoints.wsgi.response import Environ, Response, document, plain_text

_SCRIPT = "text/javascript; charset=utf-8"
_STYLE = "text/css; charset=utf-8"

#: By the only names under which they are served: the package they lie in, and their media type.
_FILES = {
    "ogcapi.js": ("tilekeep.entrypoints.wsgi.ogcapi", _SCRIPT),
    "ogcapi.css": ("tilekeep.entrypoints.wsgi.ogcapi", _STYLE),
    "ol.js": ("tilekeep.entrypoints.wsgi.demo", _SCRIPT),
    "ol.css": ("tilekeep.entrypoints.wsgi.demo", _STYLE),
}


def static_file(name: str, environ: Environ) -> Response:
    """The file called ``name``, or 404."""
    if name not in _FILES:
        return plain_text(404, "file not found")
    body, etag = _read(name)
    headers = (("Cache-Control", "public, max-age=0, must-revalidate"), ("ETag", etag))
    if is_not_modified(etag, None, environ.get("HTTP_IF_NONE_MATCH"), None):
        return Response("304 Not Modified", [*headers], b"")
    return document(200, _FILES[name][1], body, headers)


@functools.cache
def _read(name: str) -> tuple[bytes, str]:
    """A file and its tag; there are only a few, and they never change while the program runs."""
    body = resources.files(_FILES[name][0]).joinpath("static", name).read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'

"""The files that pages are made of: scripts, styles and pictures of this package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text

_SCRIPT = "text/javascript; charset=utf-8"
_STYLE = "text/css; charset=utf-8"

#: By the only names under which they are served.
_MEDIA_TYPES: Mapping[str, str] = {
    "admin.js": _SCRIPT,
    "api.js": _SCRIPT,
    "coverage.js": _SCRIPT,
    "layer_map.js": _SCRIPT,
    "ogcapi.css": _STYLE,
    "ogcapi.js": _SCRIPT,
    "ogcapi_requests.js": _SCRIPT,
    "ol.css": _STYLE,
    "ol.js": _SCRIPT,
    "overview.js": _SCRIPT,
    "pages.css": _STYLE,
    "texts.js": _SCRIPT,
    "projections.js": _SCRIPT,
    "world.js": _SCRIPT,
}


class StaticFiles:
    """Serves the files of this package; browsers keep them and ask whether they still hold."""

    def __init__(self) -> None:
        self._documents: OncePerKey[str, KeptDocument] = OncePerKey(_document)

    def __call__(self, name: str, environ: Environ) -> Response:
        """The file ``name``, or 404 for everything that is none of them."""
        if name not in _MEDIA_TYPES:
            return plain_text(404, "file not found")
        return self._documents(name).response(environ)


def _document(name: str) -> KeptDocument:
    """A file of this package; there are only a few, and they never change while it runs."""
    body = resources.files(__package__).joinpath("static", name).read_bytes()
    return KeptDocument.of(_MEDIA_TYPES[name], body)

"""The demo page and the files it needs (spec/services.md, 7)."""

from __future__ import annotations

import functools
from importlib import resources

from tilekeep.entrypoints.wsgi.authorise import authorise_page, document_headers
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.caching import is_not_modified
from tilekeep.entrypoints.wsgi.demo.page_data import PageData
from tilekeep.entrypoints.wsgi.response import Environ, Response, document, plain_text

#: Where the page says that its data belong.
DATA_MARKER = "{{ data }}"

#: The files of the page, by the only names under which they are served.
_MEDIA_TYPES = {
    "demo.js": "text/javascript; charset=utf-8",
    "demo.css": "text/css; charset=utf-8",
    "ol.js": "text/javascript; charset=utf-8",
    "ol.css": "text/css; charset=utf-8",
}


class DemoHandler:
    """Answers below ``/demo``.

    Args:
        data: what the page knows of the layers.
    """

    def __init__(self, data: PageData) -> None:
        self._data = data

    def __call__(self, environ: Environ) -> Response:
        """The page, one of its files, or the way to the page."""
        path = environ["PATH_INFO"]
        if path.startswith("/demo/static/"):
            return self._file(path.removeprefix("/demo/static/"), environ)
        authorise_page(environ, "demo")
        if path == "/demo/":
            page = _read("index.html").decode().replace(DATA_MARKER, self._data.as_json())
            return document(200, "text/html; charset=utf-8", page.encode(), document_headers(environ))
        return plain_text(301, "see /demo/", (("Location", f"{script_url(environ)}/demo/"),))

    def _file(self, name: str, environ: Environ) -> Response:
        media_type = _MEDIA_TYPES.get(name)
        if media_type is None:
            return plain_text(404, "file not found")
        body, etag = _read(name), _tag(name)
        caching = [("Cache-Control", "public, max-age=0, must-revalidate"), ("ETag", etag)]
        if is_not_modified(etag, None, environ.get("HTTP_IF_NONE_MATCH"), None):
            return Response("304 Not Modified", caching, b"")
        response = document(200, media_type, body)
        response.headers.extend(caching)
        return response


@functools.cache
def _read(name: str) -> bytes:
    """A file of this package; there are only a few, and they never change while it runs."""
    return resources.files("tilekeep.entrypoints.wsgi.demo").joinpath("static", name).read_bytes()


@functools.cache
def _tag(name: str) -> str:
    import hashlib

    return f'"{hashlib.sha256(_read(name)).hexdigest()[:16]}"'

"""A page as a response: never guessed at, never more than its policy allows."""

from __future__ import annotations

from tilekeep.entrypoints.wsgi.authorise import document_headers
from tilekeep.entrypoints.wsgi.response import NOSNIFF, Environ, Header, Response, document

HTML = "text/html; charset=utf-8"


def html_page(environ: Environ, body: bytes, policy: Header, *, status: int = 200) -> Response:
    """The page with ``body``; what a hook may have decided is for this client at this moment only."""
    return with_policy(document(status, HTML, body, document_headers(environ)), policy)


def with_policy(response: Response, policy: Header) -> Response:
    """``response`` with the headers that bound what a page may do."""
    response.headers.extend((policy, ("Referrer-Policy", "strict-origin-when-cross-origin")))
    if NOSNIFF not in response.headers:
        response.headers.append(NOSNIFF)
    return response

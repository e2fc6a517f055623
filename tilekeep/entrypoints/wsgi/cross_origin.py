"""Cross-origin requests and their preflights (Fetch standard, 3.3), and methods that no service has."""

from __future__ import annotations

import re

from tilekeep.entrypoints.wsgi.response import Environ, Header, Response, plain_text

#: What the services answer; POST like GET, with the parameters of the query string (spec/services.md, 1.1).
SERVED_METHODS = frozenset({"GET", "HEAD", "POST"})

_METHODS = "GET, HEAD, OPTIONS, POST"
_ALLOW: Header = ("Allow", _METHODS)

#: How long browsers may take what a preflight permits for granted, in seconds; they shorten it as they like.
_MAX_AGE: Header = ("Access-Control-Max-Age", "86400")

#: What the answer to a preflight depends on.
_VARY: Header = ("Vary", "Access-Control-Request-Headers")

#: The key of the WSGI environment under which a handler puts headers that stand for those of the options.
OWN_HEADERS = "tilekeep.cross_origin_headers"

#: The name of a header (RFC 9110, 5.6.2).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")

#: Scripts send a handful of headers of their own.
_MOST_HEADERS = 32


#: What paths begin with below which all answers are for our own pages alone, those to preflights too.
_OURS = re.compile(r"/admin(?![A-Za-z0-9_])")


def only_for_our_pages(environ: Environ) -> None:
    """To be called by a handler whose answers no script of another site may read, whatever the options say."""
    environ[OWN_HEADERS] = ()


class CrossOriginPolicy:
    """Lets scripts of other sites read the answers, or not.

    Args:
        allowed_origin: value of ``Access-Control-Allow-Origin``: an origin, or ``*`` for all; empty permits nothing.

    :ivar headers: what every response carries.
    :ivar names_origin: whether responses are for one origin, so that they vary with it.
    """

    def __init__(self, allowed_origin: str) -> None:
        self._permits = bool(allowed_origin)
        self.names_origin = self._permits and allowed_origin != "*"
        self.headers: tuple[Header, ...] = (("Access-Control-Allow-Origin", allowed_origin),) if self._permits else ()

    def other_method(self, environ: Environ) -> Response:
        """The answer to a method that is not among those served: what is allowed."""
        if _OURS.match(environ.get("PATH_INFO", "")):
            only_for_our_pages(environ)
            permits = False
        else:
            permits = self._permits
        if environ["REQUEST_METHOD"] != "OPTIONS":
            return plain_text(405, f"method not allowed; allowed are {_METHODS}", (_ALLOW,))
        if not (permits and "HTTP_ORIGIN" in environ and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ):
            return Response("204 No Content", [_ALLOW], b"")
        headers = [_ALLOW, ("Access-Control-Allow-Methods", _METHODS), _MAX_AGE, _VARY]
        names = header_names(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""))
        if names:
            headers.append(("Access-Control-Allow-Headers", ", ".join(names)))
        return Response("204 No Content", headers, b"")


def header_names(listed: str) -> list[str]:
    """The names in a list of request headers, lower-case and each once; what is no name is left out.

    No header is refused: none changes what an answer contains, but scripts may have to send some to proxies.
    """
    found: dict[str, None] = {}
    for part in listed.split(",", _MOST_HEADERS)[:_MOST_HEADERS]:
        name = part.strip(" \t").lower()
        if _TOKEN.fullmatch(name):
            found[name] = None
    return list(found)

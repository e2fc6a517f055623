"""From the first segment of a path to the handler that answers (spec/services.md, 1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text

Handler = Callable[[Environ], Response]

#: What follows the word characters belongs to the handler: ``/tiles.foo`` reaches the one for ``tiles``.
_WORD = re.compile(r"/([A-Za-z0-9_]+)")


class Router:
    """Chooses among handlers by the leading word of the path.

    Args:
        handlers: by first path segment.
        welcome: answers the empty path.
    """

    def __init__(self, handlers: Mapping[str, Handler], welcome: Handler) -> None:
        self._handlers = handlers
        self._welcome = welcome

    def __call__(self, environ: Environ) -> Response:
        """The response of the handler, or 404."""
        path = environ.get("PATH_INFO", "")
        handler = self.handler(path)
        if handler is not None:
            return handler(environ)
        if path in {"", "/"}:
            return self._welcome(environ)
        return plain_text(404, "not found")

    def handler(self, path: str) -> Handler | None:
        """The handler for ``path``, or None."""
        end = path.find("/", 1)
        handler = self._handlers.get(path[1:] if end < 0 else path[1:end])
        if handler is not None:
            return handler
        word = _WORD.match(path)
        return None if word is None else self._handlers.get(word[1])

"""Between handlers and WSGI applications, which is what plugins bring."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from wsgiref.types import WSGIApplication

from tilekeep.entrypoints.wsgi.request_facts import note_service
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.router import Handler

#: A status line without the version (RFC 9112, 4); PEP 3333 has it as text.
_STATUS = re.compile(r"[2-5]\d\d( |$)")


class HandlerOfApplication:
    """A handler that a WSGI application answers for; its answers are taken whole, as all of Tilekeep's are.

    Args:
        application: answers.
        service: under which name its requests are counted; None leaves that to whoever it asks.
    """

    def __init__(self, application: WSGIApplication, service: str | None = None) -> None:
        self._application = application
        self._service = service

    def __call__(self, environ: Environ) -> Response:
        """What the application answers; what it raises comes through.

        :raises ValueError: it has answered with something else than a status; TypeError, with no text at all.
        """
        from werkzeug.test import run_wsgi_app

        if self._service is not None:
            note_service(environ, self._service)
        parts, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        if not _STATUS.match(status):
            raise ValueError(f"the application answers with the status {status!r}, which is none such as '200 OK'")
        return Response(status, list(headers), b"".join(parts))


def application_of_handler(handler: Handler) -> WSGIApplication:
    """The handler as a WSGI application, for middleware to be put around."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = handler(environ)
        start_response(status, headers)
        return [body]

    return application


def intercepted(handler: Handler, interceptors: Sequence[Callable[[WSGIApplication], WSGIApplication]]) -> Handler:
    """The handler with middleware around it, of which the first sees requests first; the same one if there is none."""
    if not interceptors:
        return handler
    application = application_of_handler(handler)
    for around in reversed(interceptors):
        application = around(application)
    return HandlerOfApplication(application)

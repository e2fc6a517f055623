"""Telling requests and their answers to those who measure or write them down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tilekeep.entrypoints import request_id
from tilekeep.entrypoints.wsgi.request_facts import FACTS, RequestFacts
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.router import Handler
from tilekeep.ports.clock import Clock


class Watcher(Protocol):
    """Is told of each answer; raises nothing."""

    def __call__(self, environ: Environ, facts: RequestFacts, status: str, size: int, seconds: float) -> None:
        """``status`` is the status line, ``size`` that of the body in bytes; it took ``seconds`` to have it ready."""
        ...


class WatchedRoute:
    """A handler around ``route`` that tells of each request.

    Args:
        route: answers, and has facts of requests noted.
        watchers: are told.
        clock: measures time.
    """

    def __init__(self, route: Handler, watchers: Sequence[Watcher], clock: Clock) -> None:
        self._route = route
        self._watchers = tuple(watchers)
        self._monotonic = clock.monotonic

    def __call__(self, environ: Environ) -> Response:
        """The response of ``route``; what it raises comes through, and counts as status 500."""
        begin = self._monotonic()
        environ[FACTS] = facts = RequestFacts()
        try:
            response = self._route(environ)
        except Exception:
            for watcher in self._watchers:
                watcher(environ, facts, "500", 0, self._monotonic() - begin)
            raise
        for watcher in self._watchers:
            watcher(environ, facts, response[0], len(response[2]), self._monotonic() - begin)
        return response


class NamedRequests:
    """A handler around ``route`` that gives each request a name, for what is logged meanwhile, and tells it back."""

    def __init__(self, route: Handler) -> None:
        self._route = route

    def __call__(self, environ: Environ) -> Response:
        """The response of ``route`` with its name."""
        name = request_id.begin(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            response = self._route(environ)
        finally:
            request_id.end()
        response.headers.append((request_id.HEADER, name))
        return response

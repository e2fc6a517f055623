"""Requests of clients as spans."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.domain.secrets import redacted
from tilekeep.entrypoints.wsgi.cross_origin import SERVED_METHODS
from tilekeep.entrypoints.wsgi.request_facts import FACTS, RequestFacts
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.router import Handler
from tilekeep.ports.traces import Span, Traces

_LONGEST = 500

#: Answers from this status on are failures of the server, not of the client.
_FIRST_FAILURE = "500"


class TracedRequests:
    """A handler around ``route`` that tells of each request; the name of a span is never what a client wrote.

    Args:
        route: answers, and has facts of requests noted.
        traces: takes the spans.
    """

    def __init__(self, route: Handler, traces: Traces) -> None:
        self._route = route
        self._traces = traces

    def __call__(self, environ: Environ) -> Response:
        """The response of ``route``; what it raises comes through."""
        method = environ["REQUEST_METHOD"]
        known = method if method in SERVED_METHODS else "_OTHER"
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        facts = {"http.request.method": known, "url.path": redacted(path)[:_LONGEST]}
        with self._traces.request(known, _trace_headers(environ), facts) as span:
            noted = environ.setdefault(FACTS, RequestFacts())
            response = self._route(environ)
            _describe(span, noted, response)
            return response


def _describe(span: Span, noted: RequestFacts, response: Response) -> None:
    span.note({"http.response.status_code": int(response.status[:3]), "http.response.body.size": len(response.body)})
    told = {
        "tilekeep.service": noted.service,
        "tilekeep.layers": ",".join(noted.layers) or None,
        "tilekeep.state": noted.state,
    }
    span.note({name: value for name, value in told.items() if value is not None})
    if response.status >= _FIRST_FAILURE:
        span.fail(response.status[:3])


def _trace_headers(environ: Environ) -> Mapping[str, str]:
    given = {"traceparent": environ.get("HTTP_TRACEPARENT"), "tracestate": environ.get("HTTP_TRACESTATE")}
    return {name: value for name, value in given.items() if value}

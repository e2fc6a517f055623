"""Requests, counted by service, layer and status, and timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tilekeep.domain.measures import REQUEST_SECONDS, REQUESTS
from tilekeep.entrypoints.wsgi.request_facts import RequestFacts
from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text
from tilekeep.ports.metrics import Metrics

#: Services of requests that were answered before any service had its say, by the first part of their path.
_SERVICES = {
    name: name for name in ("demo", "health", "kml", "metrics", "ogcapi", "tiles", "tilejson", "tms", "wms", "wmts")
} | {"": "welcome", "ows": "ows", "service": "ows"}

_OTHER = "other"

_NO_LAYER = ("",)


class MeasuredRequests:
    """Watches an application; values of labels come from the configuration, never from a request.

    Args:
        metrics: takes the measurements.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._known: dict[tuple[str, ...], _Measures] = {}

    def __call__(self, environ: Environ, facts: RequestFacts, status: str, size: int, seconds: float) -> None:
        """See :class:`tilekeep.entrypoints.wsgi.watching.Watcher`."""
        service = facts.service or _service_of(environ.get("PATH_INFO", ""))
        layers = facts.layers or _NO_LAYER
        add_one, took = self._measures(service, layers[0], status[:3])
        add_one()
        took(seconds)
        for layer in layers[1:]:
            self._measures(service, layer, status[:3]).add_one()

    def _measures(self, *labels: str) -> _Measures:
        found = self._known.get(labels)
        if found is None:
            found = _Measures(self._metrics.counter(REQUESTS, *labels), self._metrics.timer(REQUEST_SECONDS, labels[0]))
            self._known[labels] = found
        return found


class _Measures(NamedTuple):
    """Those of one service, layer and status."""

    add_one: Callable[[], object]
    took: Callable[[float], object]


class MetricsPage:
    """Shows measurements to whoever asks for them at the path of the application that is meant for that.

    Args:
        metrics: takes them.
        path: the only one with an answer, so that a rule of a proxy for it leaves no other way.
    """

    def __init__(self, metrics: Metrics, path: str) -> None:
        self._metrics = metrics
        self._path = path

    def __call__(self, environ: Environ) -> Response:
        """All of them as they are now."""
        if environ.get("PATH_INFO") != self._path:
            return plain_text(404, "not found")
        body = self._metrics.text()
        headers = [
            ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        return Response("200 OK", headers, body)


def _service_of(path: str) -> str:
    return _SERVICES.get(path.lstrip("/").partition("/")[0], _OTHER)

"""The HTTP client as tests use it."""

from __future__ import annotations

from typing import Any

from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

CLOCK = SystemClock()


def http_client(**options: Any) -> RequestsHttpClient:
    """A client with these :class:`HttpOptions`."""
    return RequestsHttpClient(HttpOptions(**options), CLOCK)


def get(
    client: RequestsHttpClient, url: str, *, seconds: float | None = None, max_bytes: int = 1_000_000
) -> HttpAnswer:
    """The answer to a GET within ``seconds``, or without a deadline."""
    deadline = Deadline(CLOCK.monotonic() + seconds) if seconds is not None else NO_DEADLINE
    return client.send(UpstreamRequest("GET", url), deadline, max_bytes=max_bytes)

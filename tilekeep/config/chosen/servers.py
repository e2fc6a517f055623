"""Clients of servers, and what those of one process share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tilekeep.adapters.http.lazy_client import LazyHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.config.chosen.kept import Keep, kept
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient

if TYPE_CHECKING:
    from tilekeep.adapters.http.client import RequestsHttpClient
    from tilekeep.adapters.http.client_options import ClientOptions
    from tilekeep.adapters.http.shared import SharedHttpState
    from tilekeep.adapters.redis.clients import RedisClients


def http_state(keep: Keep) -> SharedHttpState:
    """Cookie jars and TLS contexts."""
    from tilekeep.adapters.http.shared import SharedHttpState

    return kept(SharedHttpState(), keep)


def http_client(
    options: ClientOptions, clock: Clock, shared: Callable[[], SharedHttpState], *, logs: bool
) -> HttpClient:
    """The client that ``options`` ask for; ``logs`` says whether each request is logged."""
    if isinstance(options, HttpOptions):
        return LazyHttpClient(lambda: _requests_client(options, clock, shared(), logs=logs))
    from tilekeep.adapters.http.cgi_client import CgiClient

    return CgiClient(options, clock, logs=logs)


def _requests_client(options: HttpOptions, clock: Clock, shared: SharedHttpState, *, logs: bool) -> RequestsHttpClient:
    from tilekeep.adapters.http.client import RequestsHttpClient

    return RequestsHttpClient(options, clock, shared, logs=logs)


def redis_clients(clock: Clock) -> RedisClients:
    """The ways to servers of Redis."""
    from tilekeep.adapters.redis.clients import RedisClients

    return RedisClients(clock)

"""What a server says holds for requests, too, that were admitted before and have not gone out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceBusy, SourceError, SourceStatusError
from tilekeep.domain.map_query import Breaker, Upstream, UpstreamRequest

CONNECTIONS = 4
CLIENTS = 20


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


def exchange(folder: Path, upstream: Upstream) -> UpstreamExchange:
    clock = SystemClock()
    return UpstreamExchange(
        RequestsHttpClient(HttpOptions(pool_size=CONNECTIONS), clock),
        file_gate(str(folder), clock, connections=CONNECTIONS),
        clock,
        upstream=upstream,
        max_bytes=10_000,
        timeout_seconds=60.0,
        hide_error_details=True,
    )


@pytest.mark.parametrize(
    ("server", "reply"),
    [
        (Upstream("plain"), Reply(status=429, headers={"Retry-After": "300"})),
        (Upstream("limited", requests_per_second=1000.0), Reply(status=429, headers={"Retry-After": "300"})),
        (Upstream("breaks", breaker=Breaker(1, 300.0)), Reply(status=500)),
    ],
    ids=["a server without limits asks for it", "one with a rate asks for it", "the breaker has opened"],
)
def test_those_who_wait_for_a_connection_do_not_ask_a_server_that_is_to_be_left_alone(
    tmp_path: Path, upstream: UpstreamServer, server: Upstream, reply: Reply
) -> None:
    all_there = threading.Barrier(CONNECTIONS)

    def answer(_request: Received) -> Reply:
        all_there.wait(timeout=30)
        return reply

    upstream.on("/maps", answer)
    asked = exchange(tmp_path, server)
    request = UpstreamRequest("GET", f"{upstream.url}/maps", f"{upstream.url}/maps")

    def ask(_number: int) -> SourceError | None:
        try:
            asked.ask(request, Purpose.SERVE, NO_DEADLINE)
        except SourceError as error:
            return error
        return None

    with ThreadPoolExecutor(CLIENTS) as pool:
        errors = list(pool.map(ask, range(CLIENTS)))

    assert len(upstream.requests) == CONNECTIONS
    assert sum(isinstance(error, SourceStatusError) for error in errors) == CONNECTIONS
    told = [error.retry_after for error in errors if isinstance(error, SourceBusy)]
    assert len(told) == CLIENTS - CONNECTIONS
    assert all(told)

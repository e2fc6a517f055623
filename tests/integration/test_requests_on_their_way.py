"""What a server says holds for requests, too, that were admitted before and have not gone out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceBusy, SourceError, SourceStatusError
from tilekeep.domain.map_query import Breaker, Upstream, UpstreamRequest
from tilekeep.domain.upstream_load import UpstreamState
from tilekeep.ports.upstream_states import Change, UpstreamStates

T = TypeVar("T")

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


class StatesOfAServerThatSaysSo:
    """States of a server that asks to be left alone right after each admission."""

    def __init__(self, states: UpstreamStates) -> None:
        self._states = states

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        return self._states.peek(name)

    def change(self, name: str, change: Change[T]) -> T:
        result = self._states.change(name, change)
        self._states.change(name, lambda state, now: (state._replace(paused_until=now + 300.0), None))
        return result


def test_an_admission_does_not_hold_after_the_server_has_asked_to_be_left_alone(tmp_path: Path) -> None:
    clock = SystemClock()
    states = StatesOfAServerThatSaysSo(UpstreamStateFiles(str(tmp_path), clock))
    gate = LoadGate(states, SlotFiles(str(tmp_path)), clock)

    with (
        pytest.raises(SourceBusy, match="it asked to be left alone"),
        gate.admit(Upstream("limited", requests_per_second=1000.0), Purpose.SERVE, NO_DEADLINE),
    ):
        pytest.fail("asked a server that wants to be left alone")


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
    request = UpstreamRequest("GET", f"{upstream.url}/maps")

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

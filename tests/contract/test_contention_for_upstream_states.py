"""However many want to change the state of a server at once: none gives up, and those who wait cost little."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.contract.processes import forked, wait_for
from tests.integration.services.process import HOST
from tests.integration.services.redis import RedisProcess, numbers
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.redis_gate import redis_gate
from tilekeep.adapters.locks.redis_upstream_states import RedisUpstreamStates
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import UpstreamState
from tilekeep.ports.upstream_states import Change, UpstreamStates

T = TypeVar("T")

TEN_A_SECOND = Upstream("maps.example", requests_per_second=10.0)
TWENTY_A_SECOND = Upstream("maps.example", requests_per_second=20.0)


def one_failure_more(state: UpstreamState, now: float) -> tuple[UpstreamState, int]:
    return state._replace(failures=state.failures + 1), state.failures + 1


class CountedStates:
    """Counts the looks at other states."""

    def __init__(self, states: UpstreamStates) -> None:
        self._states = states
        self.looks = 0

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        return self._states.peek(name)

    def change(self, name: str, change: Change[T]) -> T:
        self.looks += 1
        return self._states.change(name, change)


@pytest.fixture
def common(redis_server: RedisProcess) -> CommonRedis:
    clock = SystemClock()
    return CommonRedis(RedisClients(clock), RedisServer(HOST, redis_server.port), clock)


def test_of_many_threads_that_wait_one_looks(tmp_path: Path) -> None:
    clock = SystemClock()
    states = CountedStates(UpstreamStateFiles(str(tmp_path), clock))
    gate = LoadGate(states, SlotFiles(str(tmp_path)), clock)

    def work(_number: int) -> None:
        with gate.admit(TEN_A_SECOND, Purpose.SERVE, NO_DEADLINE):
            pass

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(work, range(20)))

    # One for each admission, and ten in a second while one waits; it was ten in a second for each that waits.
    assert states.looks <= 60


def test_a_change_that_others_come_before_a_hundred_times_is_made_at_last(
    tmp_path: Path, common: CommonRedis, caplog: pytest.LogCaptureFixture
) -> None:
    prefix = f"contention{numbers()}:"
    states, others = (states_in(tmp_path, common, prefix) for _ in range(2))
    came_before = 0

    def change(state: UpstreamState, now: float) -> tuple[UpstreamState, int]:
        nonlocal came_before
        if came_before < 100:
            came_before += 1
            others.change("maps.example", one_failure_more)
        return one_failure_more(state, now)

    result = states.change("maps.example", change)

    assert result == 101
    assert list(tmp_path.iterdir()) == [], "the files of the host are for when Redis is gone"
    assert "cannot be used" not in caplog.text


def test_a_crowd_on_four_hosts_keeps_to_the_rate_and_asks_redis_little(
    tmp_path: Path, redis_server: RedisProcess
) -> None:
    log, prefix = tmp_path / "admissions", f"crowd{numbers()}:"

    def work() -> None:
        clock = SystemClock()
        redis = CommonRedis(RedisClients(clock), RedisServer(HOST, redis_server.port), clock)
        gate = redis_gate(str(tmp_path / "locks"), clock, redis, prefix=prefix)

        def ask(_number: int) -> None:
            with gate.admit(TWENTY_A_SECOND, Purpose.SERVE, NO_DEADLINE), log.open("a") as lines:
                lines.write(f"{time.monotonic()}\n")

        with ThreadPoolExecutor(25) as pool:
            list(pool.map(ask, range(25)))

    with evaluated(redis_server) as scripts:
        wait_for(*[forked(work) for _ in range(4)])

    instants = sorted(float(line) for line in log.read_text().splitlines())
    assert len(instants) == 100
    # What is written down is a little later than the admission, so that neighbours may seem to come closer.
    for index in range(len(instants) - 21):
        assert instants[index + 21] - instants[index] > 0.9
    assert list((tmp_path / "locks").glob("*.load")) == [], "no host counts for itself"
    assert scripts[0] <= 20 * len(instants)


@contextmanager
def evaluated(server: RedisProcess) -> Iterator[list[int]]:
    """How many scripts the server was asked to run inside the context, after it."""
    found: list[int] = []
    before = _evaluated(server)
    yield found
    found.append(_evaluated(server) - before)


def _evaluated(server: RedisProcess) -> int:
    facts: dict[str, dict[str, int]] = server.client.info("commandstats")
    return facts.get("cmdstat_eval", {"calls": 0})["calls"]


def states_in(folder: Path, common: CommonRedis, prefix: str) -> RedisUpstreamStates:
    """States that pass no time between tries."""
    of_host = UpstreamStateFiles(str(folder), SystemClock())
    return RedisUpstreamStates(of_host, common, prefix=prefix, sleep=lambda _seconds: None)

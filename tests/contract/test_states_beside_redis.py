"""What is known of a server holds on when the Redis where hosts meet dies, and when it is started anew with nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.services.process import HOST
from tests.integration.services.redis import RedisProcess
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.adapters.locks.redis_gate import redis_gate
from tilekeep.adapters.locks.redis_slots import RedisSlot
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Breaker, Upstream
from tilekeep.ports.upstream_gate import UpstreamGate

PASSED = Deadline(0.0)
PLAIN = Upstream("maps.example")
BREAKS = Upstream("maps.example", breaker=Breaker(2, 3600.0))
ONE_AN_HOUR = Upstream("maps.example", requests_per_second=1 / 3600)


class Hosts:
    """Makes gates of processes on hosts that meet in one Redis."""

    def __init__(self, folder: Path, redis: RedisProcess) -> None:
        self._folder = folder
        self._redis = redis

    def process_on(self, host: str) -> LoadGate[RedisSlot[LockedFile]]:
        clock = SystemClock()
        common = CommonRedis(RedisClients(clock), RedisServer(HOST, self._redis.port), clock)
        return redis_gate(str(self._folder / host), clock, common, prefix="meet:")

    def start_redis_anew(self) -> None:
        self._redis.kill()
        self._redis.start()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    (tmp_path / "redis").mkdir()
    with RedisProcess(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def hosts(tmp_path: Path, redis: RedisProcess) -> Hosts:
    return Hosts(tmp_path, redis)


def ask(gate: UpstreamGate, upstream: Upstream, status: int | None, retry_after: float | None = None) -> None:
    with gate.admit(upstream, Purpose.SERVE, PASSED) as permit:
        permit.report(status, retry_after)


def asks(gate: UpstreamGate, upstream: Upstream) -> bool:
    try:
        ask(gate, upstream, 200)
    except SourceBusy:
        return False
    return True


def test_a_pause_holds_in_all_processes_of_a_host_when_redis_dies(hosts: Hosts, redis: RedisProcess) -> None:
    one, other = hosts.process_on("one"), hosts.process_on("one")
    ask(one, PLAIN, 429, retry_after=500.0)

    redis.kill()

    assert not asks(one, PLAIN)
    assert not asks(other, PLAIN)
    assert other.status(PLAIN).reason == "it asked to be left alone"


def test_a_pause_that_another_host_was_told_of_holds_when_redis_dies(hosts: Hosts, redis: RedisProcess) -> None:
    ask(hosts.process_on("other"), PLAIN, 429, retry_after=500.0)
    assert not asks(hosts.process_on("one"), PLAIN)

    redis.kill()

    assert not asks(hosts.process_on("one"), PLAIN)


def test_a_pause_holds_on_all_hosts_when_one_that_knows_of_it_has_told_a_redis_started_anew(hosts: Hosts) -> None:
    ask(hosts.process_on("one"), PLAIN, 429, retry_after=500.0)

    hosts.start_redis_anew()

    assert not asks(hosts.process_on("one"), PLAIN)
    assert not asks(hosts.process_on("other"), PLAIN)


def test_what_a_host_was_told_alone_holds_on_all_hosts_when_they_meet_again(hosts: Hosts, redis: RedisProcess) -> None:
    one = hosts.process_on("one")
    redis.kill()
    ask(one, PLAIN, 429, retry_after=500.0)

    redis.start()

    assert not asks(one, PLAIN)
    assert not asks(hosts.process_on("other"), PLAIN)


def test_an_open_breaker_stays_open_when_redis_dies_and_when_it_is_back(hosts: Hosts, redis: RedisProcess) -> None:
    one = hosts.process_on("one")
    for _ in range(2):
        ask(one, BREAKS, 500)

    redis.kill()
    alone = asks(one, BREAKS), asks(hosts.process_on("one"), BREAKS)
    redis.start()

    assert alone == (False, False)
    assert not asks(hosts.process_on("one"), BREAKS)
    assert hosts.process_on("other").status(BREAKS).breaker == "open"


def test_a_breaker_that_another_host_has_closed_is_closed(hosts: Hosts, redis: RedisProcess) -> None:
    one, other = hosts.process_on("one"), hosts.process_on("other")
    with other.admit(BREAKS, Purpose.SERVE, NO_DEADLINE) as permit:
        for _ in range(2):
            ask(one, BREAKS, 500)
        assert not asks(one, BREAKS)

        permit.report(200)

    assert asks(one, BREAKS)
    redis.kill()
    assert asks(one, BREAKS)
    assert asks(hosts.process_on("one"), BREAKS)


def test_what_was_admitted_by_redis_counts_when_it_dies_and_when_it_is_back(hosts: Hosts, redis: RedisProcess) -> None:
    one = hosts.process_on("one")
    ask(one, ONE_AN_HOUR, 200)

    redis.kill()
    alone = asks(one, ONE_AN_HOUR)
    redis.start()

    assert not alone
    assert not asks(one, ONE_AN_HOUR)
    assert not asks(hosts.process_on("other"), ONE_AN_HOUR)


def test_an_untroubled_server_costs_no_file(hosts: Hosts, tmp_path: Path) -> None:
    one = hosts.process_on("one")

    for upstream in (PLAIN, BREAKS, ONE_AN_HOUR):
        ask(one, upstream, 200)

    assert not (tmp_path / "one").exists() or os.listdir(tmp_path / "one") == []

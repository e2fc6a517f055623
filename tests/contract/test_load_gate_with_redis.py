"""The gate in Redis keeps what upstream gates promise between hosts: each gate made here is that of another host."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.upstream_gate_suite import PASSED, TWO_AT_A_TIME, UpstreamGateSuite
from tests.integration.services.process import HOST, free_port, wait_until
from tests.integration.services.redis import RedisCluster, RedisProcess, numbers
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.adapters.locks.redis_gate import redis_gate
from tilekeep.adapters.locks.redis_slots import LEASE_SECONDS, RedisSlot, RedisSlots
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Breaker, Upstream
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState
from tilekeep.ports.upstream_states import Change

SHORT_LEASE_SECONDS = 0.6
PLAIN = Upstream("user:hunter2@maps.example")
FIFTY_A_SECOND = Upstream("maps.example", requests_per_second=50.0)
BREAKS_FOR_LONG = Upstream("maps.example", breaker=Breaker(2, 3600.0))
BREAKS_FOR_A_MOMENT = Upstream("maps.example", breaker=Breaker(2, 0.2))

T = TypeVar("T")

Gate = LoadGate[RedisSlot[LockedFile]]


def in_a_minute() -> Deadline:
    return Deadline(SystemClock().monotonic() + 60.0)


class StatesLost:
    """States that can be read, but not be written."""

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        return UNTROUBLED, 0.0

    def change(self, name: str, change: Change[T]) -> T:
        change(UNTROUBLED, 0.0)
        raise SourceBusy("kept nowhere")


class TestLoadGateWithRedis(UpstreamGateSuite):
    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess) -> None:
        self.server = RedisServer(HOST, redis_server.port)
        self.client = redis_server.client
        self.prefix = f"gate{numbers()}:"

    def make_gate(
        self,
        folder: Path,
        server: RedisServer | None = None,
        *,
        same_host: bool = False,
        lease_seconds: float = LEASE_SECONDS,
    ) -> Gate:
        clock = SystemClock()
        host = folder if same_host else folder / f"{os.getpid()}-{numbers()}"
        return redis_gate(
            str(host),
            clock,
            CommonRedis(RedisClients(clock), server or self.server, clock),
            prefix=self.prefix,
            lease_seconds=lease_seconds,
        )

    def test_hosts_never_exceed_the_limit_together(self, tmp_path: Path) -> None:
        inside = tmp_path / "inside"
        inside.mkdir()

        def work() -> None:
            gate = self.make_gate(tmp_path)
            for _ in range(15):
                with self.admit(gate):
                    mark = inside / str(os.getpid())
                    mark.touch()
                    assert len(list(inside.iterdir())) <= 2
                    mark.unlink()

        wait_for(*[forked(work) for _ in range(4)])

    def test_hosts_together_keep_to_the_rate(self, tmp_path: Path) -> None:
        log = tmp_path / "admissions"

        def work() -> None:
            gate = self.make_gate(tmp_path)
            for _ in range(30):
                with gate.admit(FIFTY_A_SECOND, Purpose.SERVE, NO_DEADLINE), log.open("a") as lines:
                    lines.write(f"{time.monotonic()}\n")

        wait_for(*[forked(work) for _ in range(4)])

        instants = sorted(float(line) for line in log.read_text().splitlines())
        assert len(instants) == 120
        # What is written down is a little later than the admission, so that neighbours may seem to come closer.
        for index in range(len(instants) - 51):
            assert instants[index + 51] - instants[index] > 0.9

    def test_all_hosts_leave_a_server_alone_that_one_of_them_was_told_to(self, tmp_path: Path) -> None:
        with self.make_gate(tmp_path).admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=500.0)
        other = self.make_gate(tmp_path)

        with pytest.raises(SourceBusy) as caught, other.admit(PLAIN, Purpose.SERVE, NO_DEADLINE):
            pytest.fail("asked a server that wants to be left alone")

        assert caught.value.retry_after is not None
        assert 400.0 < caught.value.retry_after <= 500.0
        assert other.status(PLAIN).reason == "it asked to be left alone"

    def test_a_pause_ends_by_the_clock_of_redis(self, tmp_path: Path) -> None:
        with self.make_gate(tmp_path).admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=0.2)
        other = self.make_gate(tmp_path)

        with other.admit(PLAIN, Purpose.SEED, NO_DEADLINE):
            assert other.status(PLAIN).reason is None

    def test_failures_on_all_hosts_open_one_breaker(self, tmp_path: Path) -> None:
        for _ in range(2):
            with self.make_gate(tmp_path).admit(BREAKS_FOR_LONG, Purpose.SERVE, PASSED) as permit:
                permit.report(None)

        with (
            pytest.raises(SourceBusy, match="2 requests in a row have failed"),
            self.make_gate(tmp_path).admit(BREAKS_FOR_LONG, Purpose.SERVE, NO_DEADLINE),
        ):
            pytest.fail("asked a server that had failed too often")

    def test_one_host_probes_a_server_that_failed_and_all_ask_again_when_it_has_recovered(self, tmp_path: Path) -> None:
        gate, other = self.make_gate(tmp_path), self.make_gate(tmp_path)
        for _ in range(2):
            with gate.admit(BREAKS_FOR_A_MOMENT, Purpose.SERVE, PASSED) as permit:
                permit.report(None)

        with gate.admit(BREAKS_FOR_A_MOMENT, Purpose.SEED, in_a_minute()) as permit:
            with (
                pytest.raises(SourceBusy, match="whether it has recovered"),
                other.admit(BREAKS_FOR_A_MOMENT, Purpose.SERVE, NO_DEADLINE),
            ):
                pytest.fail("two requests probed a server")
            permit.report(200)

        with other.admit(BREAKS_FOR_A_MOMENT, Purpose.SERVE, PASSED):
            assert other.status(BREAKS_FOR_A_MOMENT).breaker == "closed"

    def test_no_report_is_lost_when_hosts_report_at_once(self, tmp_path: Path) -> None:
        never_opens = Upstream("maps.example", breaker=Breaker(1000, 1.0))
        gates = [self.make_gate(tmp_path) for _ in range(4)]

        def fail(gate: Gate) -> None:
            for _ in range(10):
                with gate.admit(never_opens, Purpose.SERVE, PASSED) as permit:
                    permit.report(None)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(fail, gates))

        assert gates[0].status(never_opens).failures == 40

    def test_the_slots_of_a_host_that_dies_come_back_when_their_lease_ends(self, tmp_path: Path) -> None:
        gate = self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS)
        with signals() as (tell, await_):

            def work() -> None:
                other = self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS)
                with self.admit(other), self.admit(other):
                    tell()
                    while True:
                        os.read(os.pipe()[0], 1)

            holder = forked(work)
            await_()
            assert self.free_slots(gate, TWO_AT_A_TIME) == 0

            kill(holder)

        wait_until(lambda: self.free_slots(gate, TWO_AT_A_TIME) == 2)

    def test_a_slot_is_renewed_as_long_as_its_holder_lives(self, tmp_path: Path) -> None:
        gate = self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS)
        other = self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS)

        with self.admit(gate):
            (key,) = self.client.keys(f"{self.prefix}slots:*")
            ((token, first_end),) = self.client.zrange(key, 0, -1, withscores=True)
            # Longer than the first lease: whatever is still there was renewed.
            wait_until(lambda: (self.client.zscore(key, token) or 0.0) > first_end + 1000 * SHORT_LEASE_SECONDS)

            assert self.free_slots(other, TWO_AT_A_TIME) == 1

        assert self.free_slots(other, TWO_AT_A_TIME) == 2

    def test_a_server_that_was_started_anew_learns_which_slots_are_taken(self, tmp_path: Path) -> None:
        gate, other = (self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS) for _ in range(2))

        with self.admit(gate):
            (key,) = self.client.keys(f"{self.prefix}slots:*")
            self.client.delete(key)
            wait_until(lambda: self.client.zcard(key) == 1)

            assert self.free_slots(other, TWO_AT_A_TIME) == 1

        assert self.free_slots(other, TWO_AT_A_TIME) == 2

    def test_a_slot_that_was_taken_without_redis_counts_there_when_it_is_back(self, tmp_path: Path) -> None:
        (tmp_path / "redis").mkdir()
        with RedisProcess(tmp_path / "redis") as redis:
            server = RedisServer(HOST, redis.port)
            gate, other = (self.make_gate(tmp_path, server, lease_seconds=SHORT_LEASE_SECONDS) for _ in range(2))
            redis.kill()
            with self.admit(gate):
                redis.start()
                wait_until(lambda: bool(redis.client.keys(f"{self.prefix}slots:*")))

                assert self.free_slots(other, TWO_AT_A_TIME) == 1

            assert self.free_slots(other, TWO_AT_A_TIME) == 2

    def test_a_holder_that_was_stopped_for_longer_than_its_lease_gives_back_nothing_of_others(
        self, tmp_path: Path
    ) -> None:
        gate = self.make_gate(tmp_path)
        with signals() as (tell, await_), signals() as (let_go, wait_to_let_go):

            def work() -> None:
                with self.admit(self.make_gate(tmp_path, lease_seconds=SHORT_LEASE_SECONDS)):
                    tell()
                    wait_to_let_go()

            holder = forked(work)
            await_()
            os.kill(holder, signal.SIGSTOP)
            wait_until(lambda: self.free_slots(gate, TWO_AT_A_TIME) == 2)

            with self.admit(gate), self.admit(gate):
                os.kill(holder, signal.SIGCONT)
                let_go()
                wait_for(holder)

                assert self.free_slots(self.make_gate(tmp_path), TWO_AT_A_TIME) == 0

    def test_a_forked_child_gives_back_nothing_of_its_parent(self, tmp_path: Path) -> None:
        gate, other = self.make_gate(tmp_path), self.make_gate(tmp_path)
        inherited = self.admit(gate)
        with self.admit(gate):
            inherited.__enter__()

            def work() -> None:
                gate.reset_after_fork()
                inherited.__exit__(None, None, None)

            wait_for(forked(work))

            assert self.free_slots(other, TWO_AT_A_TIME) == 0
            inherited.__exit__(None, None, None)

    @pytest.mark.parametrize("same_host", [True, False], ids=["one host", "two hosts"])
    def test_without_redis_each_host_counts_by_itself_and_the_log_says_so_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, same_host: bool
    ) -> None:
        nobody = RedisServer(HOST, free_port())
        gate, other = (self.make_gate(tmp_path, nobody, same_host=same_host) for _ in range(2))

        for _ in range(3):
            with self.admit(gate), self.admit(gate):
                assert self.free_slots(other, TWO_AT_A_TIME) == (0 if same_host else 2)
        with gate.admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=500.0)

        assert (other.status(PLAIN).reason is not None) == same_host
        said = [record.getMessage() for record in caplog.records if "cannot be used" in record.getMessage()]
        assert len(said) == 2  # one for each gate
        assert "counts its requests to sources for itself" in said[0]

    def test_a_redis_that_is_killed_in_the_middle_costs_no_request(self, tmp_path: Path) -> None:
        (tmp_path / "redis").mkdir()
        with RedisProcess(tmp_path / "redis") as redis:
            gate = self.make_gate(tmp_path, RedisServer(HOST, redis.port), same_host=True)
            with self.admit(gate) as permit:
                redis.kill()
                permit.report(200)

                with self.admit(gate, deadline=in_a_minute()):
                    assert self.free_slots(gate, TWO_AT_A_TIME) == 0, "those count that began with Redis"

            assert self.free_slots(gate, TWO_AT_A_TIME) == 2

    def test_the_state_of_the_host_stands_in_for_one_that_redis_refuses_to_read(self, tmp_path: Path) -> None:
        gate = self.make_gate(tmp_path, same_host=True)
        with gate.admit(FIFTY_A_SECOND, Purpose.SERVE, PASSED):
            pass
        (key,) = self.client.keys(f"{self.prefix}upstream:*")
        self.client.delete(key)
        self.client.rpush(key, "a list, where a string is expected")

        with gate.admit(FIFTY_A_SECOND, Purpose.SERVE, PASSED):
            assert gate.status(FIFTY_A_SECOND).admitted >= 1

        assert len(list(tmp_path.glob("*.load"))) == 1

    def test_a_slot_comes_back_if_states_can_be_kept_nowhere(self, tmp_path: Path) -> None:
        clock = SystemClock()
        redis = CommonRedis(RedisClients(clock), self.server, clock)
        slots = RedisSlots(SlotFiles(str(tmp_path)), redis, prefix=self.prefix)

        with pytest.raises(SourceBusy, match="kept nowhere"), self.admit(LoadGate(StatesLost(), slots, clock)):
            pytest.fail("let through though nothing is known of the server")

        assert self.free_slots(self.make_gate(tmp_path), TWO_AT_A_TIME) == 2

    @pytest.mark.parametrize("content", [b"{", b"[]", b"7", b'{"admitted": 1}', b"\0" * 100, b'{"failures": "nan"}'])
    def test_a_state_that_cannot_be_read_means_nothing(self, tmp_path: Path, content: bytes) -> None:
        gate = self.make_gate(tmp_path)
        with gate.admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=500.0)
        (key,) = self.client.keys(f"{self.prefix}upstream:*")

        self.client.set(key, content)

        other = self.make_gate(tmp_path)
        with other.admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=500.0)
        assert other.status(PLAIN).reason is not None

    def test_a_state_from_before_the_clock_of_redis_was_set_back_means_nothing(self, tmp_path: Path) -> None:
        gate = self.make_gate(tmp_path)
        with gate.admit(PLAIN, Purpose.SERVE, PASSED) as permit:
            permit.report(429, retry_after=500.0)
        (key,) = self.client.keys(f"{self.prefix}upstream:*")
        facts = json.loads(self.client.get(key))

        self.client.set(key, json.dumps({**facts, "written_at": facts["written_at"] + 3600.0}))

        other = self.make_gate(tmp_path)
        with other.admit(PLAIN, Purpose.SERVE, PASSED):
            assert other.status(PLAIN).reason is None

    def test_keys_hold_no_credentials_and_end_by_themselves(self, tmp_path: Path) -> None:
        upstream = Upstream(PLAIN.name, concurrent_requests=1, requests_per_second=50.0)

        with self.make_gate(tmp_path).admit(upstream, Purpose.SERVE, PASSED):
            keys = self.client.keys(f"{self.prefix}*")
            state = self.client.get(next(key for key in keys if b"upstream:" in key))

            assert len(keys) == 2
            assert b"hunter2" not in b" ".join(keys) + state
            assert all(0 < self.client.ttl(key) <= 86_400 for key in keys)

    def test_a_cluster_is_a_meeting_place_too(self, tmp_path: Path, redis_cluster: RedisCluster) -> None:
        cluster = RedisServer(nodes=redis_cluster.addresses)
        gate, other = self.make_gate(tmp_path, cluster), self.make_gate(tmp_path, cluster)
        upstream = Upstream("maps.example", concurrent_requests=2, requests_per_second=1000.0)

        with gate.admit(upstream, Purpose.SERVE, in_a_minute()) as permit:
            assert self.free_slots(other, upstream) == 1
            permit.report(429, retry_after=500.0)

        assert other.status(upstream).reason == "it asked to be left alone"

"""The tile lock in Redis keeps what tile locks promise between hosts: each lock made here is that of another host."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.contract.processes import forked, signals, wait_for
from tests.contract.shared_tile_lock_suite import SharedTileLockSuite
from tests.contract.tile_lock_suite import NAME, soon
from tests.integration.services.process import HOST, free_port, wait_until
from tests.integration.services.redis import RedisProcess, numbers
from tests.integration.support.halting_door import HaltingDoor
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.locks.redis_lock import RedisTileLock
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import LockTimeout

LEASE_SECONDS = 0.6


class TestRedisTileLock(SharedTileLockSuite):
    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess) -> None:
        self.server = RedisServer(HOST, redis_server.port)
        self.client = redis_server.client
        self.prefix = f"locks{numbers()}:"

    def make_lock(self, folder: Path, server: RedisServer | None = None, *, same_host: bool = False) -> RedisTileLock:
        clock = SystemClock()
        host = folder if same_host else folder / f"{os.getpid()}-{numbers()}"
        return RedisTileLock(
            FileTileLock(str(host), clock, timeout_seconds=60.0),
            CommonRedis(RedisClients(clock), server or self.server, clock),
            clock,
            prefix=self.prefix,
            timeout_seconds=60.0,
            lease_seconds=LEASE_SECONDS,
        )

    def await_renewal(self, key: str) -> None:
        """Until what is left of a lease is more than at the last look."""
        left = [self.client.pttl(key)]

        def is_renewed() -> bool:
            left.append(self.client.pttl(key))
            return left[-1] > left[-2]

        wait_until(is_renewed)

    def test_a_lease_is_renewed_as_long_as_its_holder_lives(self, tmp_path: Path) -> None:
        lock, other = self.make_lock(tmp_path), self.make_lock(tmp_path)

        with lock.hold(NAME, NO_DEADLINE):
            lives = []
            for _ in range(2):
                self.await_renewal(f"{self.prefix}lock:{NAME}")
                lives.append(self.is_free(other, NAME))

        assert lives == [False, False]
        assert self.is_free(other, NAME)

    def test_a_holder_that_was_stopped_for_longer_than_its_lease_takes_nothing_from_the_next(
        self, tmp_path: Path
    ) -> None:
        lock = self.make_lock(tmp_path)
        with signals() as (tell, await_), signals() as (let_go, wait_to_let_go):

            def work() -> None:
                with self.make_lock(tmp_path).hold(NAME, NO_DEADLINE):
                    tell()
                    wait_to_let_go()

            holder = forked(work)
            await_()
            os.kill(holder, signal.SIGSTOP)

            with lock.hold(NAME, NO_DEADLINE):
                os.kill(holder, signal.SIGCONT)
                let_go()
                wait_for(holder)

                assert not self.is_free(self.make_lock(tmp_path), NAME)

        assert self.client.get(f"{self.prefix}lock:{NAME}") is None

    def test_a_holder_that_has_lost_his_lease_to_another_host_learns_of_it_when_he_asks(self, tmp_path: Path) -> None:
        key = f"{self.prefix}lock:{NAME}"

        with self.make_lock(tmp_path).hold(NAME, NO_DEADLINE) as still_held:
            self.client.set(key, b"another host", px=60_000)

            assert not still_held()

        assert self.client.get(key) == b"another host"

    def test_a_holder_whom_redis_forgot_still_has_the_lock_if_nobody_took_it(self, tmp_path: Path) -> None:
        key = f"{self.prefix}lock:{NAME}"

        with self.make_lock(tmp_path).hold(NAME, NO_DEADLINE) as still_held:
            self.client.delete(key)

            assert still_held()

    def test_a_server_that_was_started_anew_learns_who_holds_what(self, tmp_path: Path) -> None:
        lock, other = self.make_lock(tmp_path), self.make_lock(tmp_path)
        key = f"{self.prefix}lock:{NAME}"

        with lock.hold(NAME, NO_DEADLINE):
            self.client.delete(key)
            wait_until(lambda: self.client.get(key) is not None)

            assert not self.is_free(other, NAME)

    def test_a_lock_that_was_taken_without_redis_holds_for_all_hosts_when_it_is_back(self, tmp_path: Path) -> None:
        (tmp_path / "redis").mkdir()
        with RedisProcess(tmp_path / "redis") as redis:
            server = RedisServer(HOST, redis.port)
            lock, other = self.make_lock(tmp_path, server), self.make_lock(tmp_path, server)
            redis.kill()
            with lock.hold(NAME, NO_DEADLINE) as still_held:
                redis.start()
                wait_until(lambda: redis.client.exists(f"{self.prefix}lock:{NAME}") == 1)

                assert not self.is_free(other, NAME)
                assert still_held()

            assert self.is_free(other, NAME)

    def test_who_waits_for_no_holder_waits_for_redis_to_say_whether_there_is_one(self, tmp_path: Path) -> None:
        with HaltingDoor(self.server.port) as door:
            lock, other = self.make_lock(tmp_path, RedisServer(HOST, door.port)), self.make_lock(tmp_path)
            door.halt()
            # Longer than a reply may take that is on its way when a deadline passes.
            threading.Timer(0.2, door.go_on).start()

            with lock.hold(NAME, Deadline(0.0)):
                assert not self.is_free(other, NAME)

    def test_a_request_with_little_time_holds_nothing_and_says_nothing_about_redis(self, tmp_path: Path) -> None:
        with HaltingDoor(self.server.port) as door:
            lock, other = self.make_lock(tmp_path, RedisServer(HOST, door.port)), self.make_lock(tmp_path)
            door.halt()
            with pytest.raises(LockTimeout, match="did not say in time"), lock.hold("another.lck", soon()):
                pytest.fail("nobody knows whether another host has it")

            door.go_on()

            with lock.hold(NAME, NO_DEADLINE):
                assert not self.is_free(other, NAME)

    def test_without_redis_the_locks_of_the_host_go_on_and_the_log_says_so_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        nobody = RedisServer(HOST, free_port())
        lock, other = (self.make_lock(tmp_path, nobody, same_host=True) for _ in range(2))

        for _ in range(3):
            with lock.hold(NAME, NO_DEADLINE):
                assert not self.is_free(other, NAME)
                with pytest.raises(LockTimeout, match=NAME), other.hold(NAME, soon()):
                    pytest.fail("a held lock was given twice")
            assert self.is_free(other, NAME)

        said = [record.getMessage() for record in caplog.records if "cannot be used" in record.getMessage()]
        assert len(said) == 2  # one for each lock
        assert "tiles are locked for each host by itself" in said[0]

"""The failure memories, and their fake, keep what failure memories promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.failure_memory_suite import SCOPE, FailureMemorySuite
from tests.fakes.clock import FakeClock
from tests.fakes.failure_memory import FakeFailureMemory
from tests.integration.services.process import HOST, free_port
from tests.integration.services.redis import RedisProcess, numbers
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.adapters.locks.redis_failure_memory import RedisFailureMemory
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import RememberedFailure


class TestFakeFailureMemory(FailureMemorySuite):
    def make_memory(self, folder: Path, clock: Clock) -> FakeFailureMemory:
        return FakeFailureMemory(clock)


class TestFileFailureMemory(FailureMemorySuite):
    def make_memory(self, folder: Path, clock: Clock) -> FileFailureMemory:
        return FileFailureMemory(str(folder), clock, longest_seconds=60.0)


class TestRedisFailureMemory(FailureMemorySuite):
    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess) -> None:
        self.server = RedisServer(HOST, redis_server.port)
        self.prefix = f"failures{numbers()}:"

    def make_memory(self, folder: Path, clock: Clock, server: RedisServer | None = None) -> RedisFailureMemory:
        return RedisFailureMemory(
            FileFailureMemory(str(folder), clock, longest_seconds=60.0),
            CommonRedis(RedisClients(clock), server or self.server, clock),
            clock,
            prefix=self.prefix,
            longest_seconds=60.0,
        )

    def test_another_host_hears_of_it(self, tmp_path: Path, clock: FakeClock) -> None:
        failure = RememberedFailure("failed", clock.now() + 10)

        self.make_memory(tmp_path / "one", clock).remember(SCOPE, failure)

        assert self.make_memory(tmp_path / "other", clock).recall(SCOPE) == failure

    def test_without_redis_each_host_remembers_for_itself(self, tmp_path: Path, clock: FakeClock) -> None:
        nobody = RedisServer(HOST, free_port())
        failure = RememberedFailure("failed", clock.now() + 10)

        self.make_memory(tmp_path / "one", clock, nobody).remember(SCOPE, failure)

        assert self.make_memory(tmp_path / "one", clock, nobody).recall(SCOPE) == failure
        assert self.make_memory(tmp_path / "other", clock, nobody).recall(SCOPE) is None

    def test_a_host_remembers_its_failures_when_redis_dies_and_when_it_was_started_anew(
        self, tmp_path: Path, clock: FakeClock
    ) -> None:
        (tmp_path / "redis").mkdir()
        failure = RememberedFailure("failed", clock.now() + 10)
        with RedisProcess(tmp_path / "redis") as redis:
            server = RedisServer(HOST, redis.port)
            self.make_memory(tmp_path / "one", clock, server).remember(SCOPE, failure)

            redis.kill()
            without = self.make_memory(tmp_path / "one", clock, server).recall(SCOPE)
            redis.start()
            afterwards = self.make_memory(tmp_path / "one", clock, server).recall(SCOPE)

        assert (without, afterwards) == (failure, failure)

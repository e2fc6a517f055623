"""What every failure memory promises: the contract of :mod:`tilekeep.ports.failure_memory`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory, RememberedFailure

SCOPE = "http://user:hunter2@maps.example/wms 4/9/6"
OTHER = "http://user:hunter2@maps.example/wms 4/9/7"


class FailureMemorySuite(ABC):
    @abstractmethod
    def make_memory(self, folder: Path, clock: Clock) -> FailureMemory:
        """A memory for at least a hundred failures."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def memory(self, tmp_path: Path, clock: FakeClock) -> FailureMemory:
        return self.make_memory(tmp_path / "failures", clock)

    def test_nothing_is_remembered_at_first(self, memory: FailureMemory) -> None:
        assert memory.recall(SCOPE) is None

    def test_a_failure_is_remembered_until_its_time_is_over(self, memory: FailureMemory, clock: FakeClock) -> None:
        failure = RememberedFailure("No response from source ü.", clock.now() + 10.25, status=503)
        memory.remember(SCOPE, failure)

        clock.advance(10)
        assert memory.recall(SCOPE) == failure

        clock.advance(0.25)
        assert memory.recall(SCOPE) is None

    def test_a_failure_counts_for_its_scope_only(self, memory: FailureMemory, clock: FakeClock) -> None:
        memory.remember(SCOPE, RememberedFailure("one", clock.now() + 10))

        assert memory.recall(OTHER) is None

    def test_a_new_failure_replaces_the_one_before(self, memory: FailureMemory, clock: FakeClock) -> None:
        newer = RememberedFailure("newer", clock.now() + 5)
        memory.remember(SCOPE, RememberedFailure("older", clock.now() + 10))

        memory.remember(SCOPE, newer)

        assert memory.recall(SCOPE) == newer

    @pytest.mark.parametrize("scope", ["", "a/../../b", "nul\0", "ü" * 5000, "\udcff"])
    def test_any_text_is_a_scope(self, memory: FailureMemory, clock: FakeClock, scope: str) -> None:
        failure = RememberedFailure("failed", clock.now() + 10)

        memory.remember(scope, failure)

        assert memory.recall(scope) == failure

    def test_many_failures_are_remembered_at_a_time(self, memory: FailureMemory, clock: FakeClock) -> None:
        failures = {f"scope {number}": RememberedFailure(str(number), clock.now() + 10) for number in range(100)}

        for scope, failure in failures.items():
            memory.remember(scope, failure)

        assert {scope: memory.recall(scope) for scope in failures} == failures

    def test_threads_may_use_it_at_a_time(self, memory: FailureMemory, clock: FakeClock) -> None:
        failures = [RememberedFailure("x" * length, clock.now() + 10) for length in (1, 1000, 10_000)]

        def work(failure: RememberedFailure) -> None:
            for _ in range(30):
                memory.remember(SCOPE, failure)
                assert memory.recall(SCOPE) in failures

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, failures))

"""What every upstream gate promises: the contract of :mod:`tilekeep.ports.upstream_gate`."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tilekeep.adapters.clock import SystemClock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Upstream
from tilekeep.ports.upstream_gate import Permit, UpstreamGate

PASSED = Deadline(0.0)
CONNECTIONS = 16

TWO_AT_A_TIME = Upstream("user:hunter2@maps.example:8080", concurrent_requests=2)
UNLIMITED = Upstream("maps.example")


def soon() -> Deadline:
    """A deadline that passes after one look at the slots or a few."""
    return Deadline(SystemClock().monotonic() + 0.05)


class UpstreamGateSuite(ABC):
    @abstractmethod
    def make_gate(self, folder: Path) -> UpstreamGate:
        """A gate that counts with all that were made with the same ``folder``; deadlines by the system's clock."""

    @pytest.fixture
    def gate(self, tmp_path: Path) -> UpstreamGate:
        return self.make_gate(tmp_path / "slots")

    def test_as_many_requests_as_permitted_are_let_through_at_once(self, gate: UpstreamGate) -> None:
        with self.admit(gate), self.admit(gate):
            assert self.free_slots(gate, TWO_AT_A_TIME) == 0

        assert self.free_slots(gate, TWO_AT_A_TIME) == 2

    @pytest.mark.parametrize("deadline", [pytest.param(lambda: PASSED, id="passed"), pytest.param(soon, id="passing")])
    def test_one_more_waits_until_its_deadline(self, gate: UpstreamGate, deadline: Callable[[], Deadline]) -> None:
        with self.admit(gate), self.admit(gate), pytest.raises(SourceBusy), self.admit(gate, deadline=deadline()):
            pytest.fail("one request too many was let through")

        assert self.free_slots(gate, TWO_AT_A_TIME) == 2

    def test_messages_keep_the_name_of_the_upstream_server_to_themselves(self, gate: UpstreamGate) -> None:
        with self.admit(gate), self.admit(gate), pytest.raises(SourceBusy) as caught, self.admit(gate, deadline=PASSED):
            pytest.fail("one request too many was let through")

        assert "hunter2" not in f"{caught.value} {caught.value.client_message}"

    def test_without_a_limit_as_many_are_let_through_as_a_process_has_connections(self, gate: UpstreamGate) -> None:
        with ExitStack() as stack:
            for _ in range(CONNECTIONS):
                stack.enter_context(self.admit(gate, UNLIMITED, PASSED))

    def test_servers_are_counted_one_by_one(self, gate: UpstreamGate) -> None:
        other = Upstream("other.example", concurrent_requests=1)

        with self.admit(gate), self.admit(gate), self.admit(gate, other):
            assert self.free_slots(gate, TWO_AT_A_TIME) == 0

    def test_a_permit_comes_back_after_an_error(self, gate: UpstreamGate) -> None:
        with pytest.raises(RuntimeError, match="the request failed"), self.admit(gate):
            raise RuntimeError("the request failed")

        assert self.free_slots(gate, TWO_AT_A_TIME) == 2

    @pytest.mark.parametrize("upstream", [TWO_AT_A_TIME, UNLIMITED], ids=["limited", "unlimited"])
    def test_any_outcome_may_be_reported(self, gate: UpstreamGate, upstream: Upstream) -> None:
        with self.admit(gate, upstream) as permit:
            permit.report(200)
            permit.report(503, retry_after=30.0)
            permit.report(None)

    def test_who_waits_is_let_through_when_a_permit_comes_back(self, gate: UpstreamGate) -> None:
        waiting = threading.Event()

        def wait() -> bool:
            waiting.set()
            with self.admit(gate):
                return True

        with ThreadPoolExecutor(1) as pool:
            with self.admit(gate), self.admit(gate):
                waiter = pool.submit(wait)
                waiting.wait()
            assert waiter.result()

    @pytest.mark.parametrize("purpose", Purpose)
    def test_threads_never_exceed_the_limit(self, gate: UpstreamGate, purpose: Purpose) -> None:
        guard = threading.Lock()
        inside, most = 0, 0

        def work() -> None:
            nonlocal inside, most
            for _ in range(10):
                with gate.admit(TWO_AT_A_TIME, purpose, NO_DEADLINE):
                    with guard:
                        inside += 1
                        most = max(most, inside)
                    threading.Event().wait(0.0001)
                    with guard:
                        inside -= 1

        with ThreadPoolExecutor(6) as pool:
            for worker in [pool.submit(work) for _ in range(6)]:
                worker.result()

        assert 0 < most <= 2
        assert self.free_slots(gate, TWO_AT_A_TIME) == 2

    def admit(
        self, gate: UpstreamGate, upstream: Upstream = TWO_AT_A_TIME, deadline: Deadline = NO_DEADLINE
    ) -> AbstractContextManager[Permit]:
        return gate.admit(upstream, Purpose.SERVE, deadline)

    def free_slots(self, gate: UpstreamGate, upstream: Upstream) -> int:
        with ExitStack() as stack:
            for free in range(upstream.concurrent_requests):
                try:
                    stack.enter_context(self.admit(gate, upstream, PASSED))
                except SourceBusy:
                    return free
        return upstream.concurrent_requests

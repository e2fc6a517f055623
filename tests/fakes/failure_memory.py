"""A failure memory in a dictionary."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import RememberedFailure


class FakeFailureMemory:
    """``failures`` is what is remembered, also what is over."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.failures: dict[str, RememberedFailure] = {}
        self._clock = clock or FakeClock()

    def recall(self, scope: str) -> RememberedFailure | None:
        failure = self.failures.get(scope)
        return failure if failure is not None and self._clock.now() < failure.until else None

    def remember(self, scope: str, failure: RememberedFailure) -> None:
        self.failures[scope] = failure

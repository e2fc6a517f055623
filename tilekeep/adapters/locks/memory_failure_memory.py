"""Failures remembered by one process."""

from __future__ import annotations

import threading

from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import RememberedFailure


class MemoryFailureMemory:
    """Implements :class:`tilekeep.ports.failure_memory.FailureMemory` for the threads of one process.

    Holds at most ``max_entries`` failures; more push out the oldest ones.
    """

    def __init__(self, clock: Clock, max_entries: int) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._failures: dict[str, RememberedFailure] = {}
        self._guard = threading.Lock()

    def recall(self, scope: str) -> RememberedFailure | None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        failure = self._failures.get(scope)
        if failure is None or self._clock.now() >= failure.until:
            return None
        return failure

    def remember(self, scope: str, failure: RememberedFailure) -> None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        with self._guard:
            self._failures.pop(scope, None)
            if len(self._failures) >= self._max_entries:
                self._make_room()
            self._failures[scope] = failure

    def reset_after_fork(self) -> None:
        """To be called in a forked child, where another thread may have had the lock; failures stay known."""
        self._guard = threading.Lock()

    def _make_room(self) -> None:
        now = self._clock.now()
        kept = {scope: failure for scope, failure in self._failures.items() if failure.until > now}
        while len(kept) >= self._max_entries:
            del kept[next(iter(kept))]
        self._failures = kept

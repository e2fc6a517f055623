"""How long a reply is waited for."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline
from tilekeep.ports.clock import Clock

#: Enough for a reply that is on its way when the deadline has passed already.
_LEAST_SECONDS = 0.05


class Waiting:
    """The time-out of a server, or less where a request has less time left."""

    def __init__(self, clock: Clock, timeout_seconds: float) -> None:
        self._clock = clock
        self._timeout_seconds = timeout_seconds

    def seconds(self, deadline: Deadline) -> float:
        """Longest silence, never nothing."""
        return max(_LEAST_SECONDS, min(self._timeout_seconds, deadline.remaining(self._clock.monotonic())))

"""How long the steps of one exchange may take."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from tilekeep.domain.deadline import Deadline
from tilekeep.ports.clock import Clock


class ExchangeLimit(NamedTuple):
    """A deadline for the whole, and a time-out in seconds for each silence within it."""

    clock: Clock
    deadline: Deadline
    timeout_seconds: float

    def next_timeout(self) -> float:
        """Seconds that the next step may block.

        :raises TimeoutError: the deadline has passed.
        """
        remaining = self.deadline.remaining(self.clock.monotonic())
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        return min(self.timeout_seconds, remaining)


#: The limit of the exchange that the current thread is about to start: the libraries between the client and the
#: socket hand on a number of seconds, but no deadline.
current_limit: ContextVar[ExchangeLimit | None] = ContextVar("current_limit", default=None)

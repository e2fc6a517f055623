"""How long the steps of one exchange may take."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from tilekeep.domain.deadline import Deadline
from tilekeep.ports.clock import Clock

#: Answers worth waiting for; of all others the status and the headers say what matters.
STATUSES_WITH_MAP = frozenset(range(200, 300)) - {204}

#: Longest transfer of a body without a map; it only spares the connection.
_REST_SECONDS = 1.0


class ExchangeLimit(NamedTuple):
    """A deadline for the whole, and a time-out in seconds for each silence within it."""

    clock: Clock
    deadline: Deadline
    timeout_seconds: float

    def next_timeout(self, *, attempts: int = 1) -> float:
        """Seconds that the next step may block, if up to ``attempts`` of its kind are to fit before the deadline.

        :raises TimeoutError: the deadline has passed.
        """
        remaining = self.deadline.remaining(self.clock.monotonic())
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        return min(self.timeout_seconds, remaining / attempts)

    def for_body(self, status: int) -> ExchangeLimit:
        """The limit for the body of an answer with ``status``: short if there is no map in it."""
        if status in STATUSES_WITH_MAP:
            return self
        return self._replace(deadline=self.deadline.sooner(self.clock.monotonic() + _REST_SECONDS))


#: The limit of the exchange that the current thread is about to start: the libraries between the client and the
#: socket hand on a number of seconds, but no deadline.
current_limit: ContextVar[ExchangeLimit | None] = ContextVar("current_limit", default=None)

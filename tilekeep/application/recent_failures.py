"""What failed a moment ago, and for how long it is not tried again."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceBusy, SourceError, SourceStatusError
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory, RememberedFailure

#: A source may ask to be left alone for longer than the configured time, but not for longer than this.
LONGEST_RETRY_AFTER_SECONDS = 60.0


class RecentFailures:
    """Remembers failures of sources for a short time.

    Args:
        memory: where they are remembered, by scope.
        clock: the current time.
        seconds: for how long; a source that asks for more gets it within reason.
    """

    def __init__(self, memory: FailureMemory, clock: Clock, seconds: float) -> None:
        self._memory = memory
        self._clock = clock
        self._seconds = seconds

    def recall(self, scope: str) -> RememberedFailure | None:
        """The failure of ``scope`` whose time is not over, or None."""
        return self._memory.recall(scope)

    def remember(self, scope: str, error: SourceError, deadline: Deadline) -> None:
        """Notes a failure of the source, which then says when it may be asked again.

        That nobody could wait any longer is none.
        """
        if isinstance(error, SourceBusy) or deadline.has_passed(self._clock.monotonic()):
            return
        pause = max(self._seconds, min(error.retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS))
        if pause > 0:
            error.retry_after = pause  # clients need not ask earlier than the source is asked
            status = error.status if isinstance(error, SourceStatusError) else 0
            self._memory.remember(scope, RememberedFailure(error.client_message, self._clock.now() + pause, status))

    def seconds_left(self, failure: RememberedFailure) -> float:
        """Until the source is asked again."""
        return max(0.0, failure.until - self._clock.now())

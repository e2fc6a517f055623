"""Background jobs of servers without threads: they run in the worker that answered, when its answer has been sent."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

from tilekeep.ports.clock import Clock

Result = TypeVar("Result")

log = logging.getLogger("tilekeep.background")

#: A job that takes longer and fails is one too many.
_LONG_SECONDS = 1.0

#: For how many times as long as that took no others are taken.
_PAUSE_FACTOR = 9


class AfterResponse:
    """A :class:`tilekeep.ports.background.BackgroundRunner`; whoever sends answers calls :meth:`run` afterwards.

    While a job runs the worker answers nobody.  So one that takes long and fails takes those that wait with it, and
    none is taken for so long afterwards that a source that hangs costs a tenth of the worker's time.

    Args:
        clock: measures what jobs cost.
        waiting: jobs that wait at most; more are refused.
    """

    def __init__(self, clock: Clock, waiting: int = 100) -> None:
        self._monotonic = clock.monotonic
        self._most_waiting = waiting
        self._not_before = -math.inf
        self._waiting: dict[Hashable, tuple[Callable[[], Any], Future[Any]]] = {}

    def reset_after_fork(self) -> None:
        """The jobs are those of the parent."""
        self._waiting = {}

    @property
    def runs_beside_requests(self) -> bool:
        """There is nothing beside the one request."""
        return False

    @property
    def has_jobs(self) -> bool:
        """Whether there is anything to run."""
        return bool(self._waiting)

    def submit(self, key: Hashable, job: Callable[[], Result], lane: Hashable = None) -> Future[Result] | None:
        """See :meth:`tilekeep.ports.background.BackgroundRunner.submit`."""
        known = self._waiting.get(key)
        if known is not None:
            return known[1]
        if len(self._waiting) >= self._most_waiting or self._monotonic() < self._not_before:
            return None
        outcome: Future[Result] = Future()
        self._waiting[key] = (job, outcome)
        return outcome

    def run(self) -> None:
        """Runs what waits, one after the other, until one has cost too much."""
        while self._waiting:
            job, outcome = self._waiting.pop(next(iter(self._waiting)))
            begin = self._monotonic()
            settle(outcome, job)
            end = self._monotonic()
            if outcome.exception() is not None and end - begin > _LONG_SECONDS:
                self._not_before = end + _PAUSE_FACTOR * (end - begin)
                self._drop_all()

    def _drop_all(self) -> None:
        """Whoever wants it done asks again."""
        for _, outcome in self._waiting.values():
            outcome.cancel()
        self._waiting.clear()


def settle(outcome: Future[Any], job: Callable[[], Any]) -> None:
    """Runs ``job``; its result or error is the outcome."""
    try:
        outcome.set_result(job())
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the outcome
        log.debug("a job in the background failed: %r", error)
        outcome.set_exception(error)

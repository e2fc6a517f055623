"""Background jobs of servers without threads: they run in the worker that answered, when its answer has been sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

log = logging.getLogger("tilekeep.background")


class AfterResponse:
    """A :class:`tilekeep.ports.background.BackgroundRunner`; whoever sends answers calls :meth:`run` afterwards.

    Args:
        waiting: jobs that wait at most; more are refused.
    """

    def __init__(self, waiting: int = 100) -> None:
        self._most_waiting = waiting
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

    def submit(self, key: Hashable, job: Callable[[], Result]) -> Future[Result] | None:
        """See :meth:`tilekeep.ports.background.BackgroundRunner.submit`."""
        known = self._waiting.get(key)
        if known is not None:
            return known[1]
        if len(self._waiting) >= self._most_waiting:
            return None
        outcome: Future[Result] = Future()
        self._waiting[key] = (job, outcome)
        return outcome

    def run(self) -> None:
        """Runs what waits, one after the other."""
        while self._waiting:
            job, outcome = self._waiting.pop(next(iter(self._waiting)))
            settle(outcome, job)


def settle(outcome: Future[Any], job: Callable[[], Any]) -> None:
    """Runs ``job``; its result or error is the outcome."""
    try:
        outcome.set_result(job())
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the outcome
        log.debug("a job in the background failed: %r", error)
        outcome.set_exception(error)

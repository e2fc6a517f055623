"""A runner whose jobs run when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

from tilekeep.adapters.after_response import settle

Result = TypeVar("Result")


class FakeBackground:
    """A :class:`tilekeep.ports.background.BackgroundRunner`.

    ``beside`` is what it says of requests, ``at_once`` runs jobs when they are submitted, ``full`` refuses them.
    """

    def __init__(self, *, beside: bool = True, at_once: bool = False) -> None:
        self.beside = beside
        self.at_once = at_once
        self.full = False
        self._one_at_a_time = threading.RLock()
        self.jobs: dict[Hashable, tuple[Callable[[], Any], Future[Any]]] = {}

    @property
    def runs_beside_requests(self) -> bool:
        return self.beside

    def submit(self, key: Hashable, job: Callable[[], Result], lane: Hashable = None) -> Future[Result] | None:
        with self._one_at_a_time:
            if key in self.jobs:
                return self.jobs[key][1]
            if self.full:
                return None
            outcome: Future[Result] = Future()
            self.jobs[key] = (job, outcome)
            if self.at_once:
                self.run()
            return outcome

    def run(self) -> None:
        """Runs all jobs."""
        with self._one_at_a_time:
            while self.jobs:
                key, (job, outcome) = next(iter(self.jobs.items()))
                settle(outcome, job)
                del self.jobs[key]

"""Long jobs beside the requests, of which one runs at a time, so that they leave threads to short ones."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Hashable

from tilekeep.ports.background import BackgroundRunner

Job = Callable[[], object]


class OneAtATime:
    """Takes one thread of a runner, while there is anything to do.

    Args:
        runner: runs the jobs.
    """

    def __init__(self, runner: BackgroundRunner) -> None:
        self._runner = runner
        self._turns = itertools.count()
        self._begin()

    def _begin(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[Hashable, Job] = {}
        self._runs = False

    def reset_after_fork(self) -> None:
        """To be called in a forked child: the jobs are those of the parent."""
        self._begin()

    def submit(self, key: Hashable, job: Job) -> None:
        """Has ``job`` done soon; of those that wait under the same ``key`` the latest is."""
        with self._guard:
            self._waiting[key] = job
            if self._runs:
                return
            self._runs = True
        if self._runner.submit(("one at a time", id(self), next(self._turns)), self._run) is None:
            with self._guard:
                self._runs = False
                self._waiting.clear()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except BaseException:
                with self._guard:
                    self._runs = False
                raise

    def _next(self) -> Job | None:
        with self._guard:
            for key in self._waiting:
                return self._waiting.pop(key)
            self._runs = False
            return None

"""Background jobs in a few threads of this process."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from tilekeep.adapters.after_response import settle
from tilekeep.adapters.telemetry.no_metrics import NO_METRICS
from tilekeep.domain.measures import JOBS_REFUSED, JOBS_RUNNING, JOBS_WAITING
from tilekeep.ports.metrics import Metrics

Result = TypeVar("Result")

_log = logging.getLogger("tilekeep.background")

#: A thread that finds nothing to do for so long ends.
_IDLE_SECONDS = 30.0

#: How long the end of the process may be held up by jobs that are running.
_FAREWELL_SECONDS = 5.0


class _Waiting(NamedTuple):
    """A job and where its outcome goes."""

    key: Hashable
    lane: Hashable
    job: Callable[[], Any]
    outcome: Future[Any]


class BackgroundThreads:
    """A :class:`tilekeep.ports.background.BackgroundRunner` with threads that come and go with the work.

    The threads do not keep the process alive.  At its end what runs may finish for some seconds, and what waits is
    dropped.  What is killed then leaves whole tiles, since writes are atomic, and no locks, which are the system's.

    Where there are several threads the jobs of one lane leave one of them to others.

    Args:
        threads: jobs that run at a time.
        waiting: jobs that wait at most; more are refused.
        metrics: takes how many wait, run and are refused.
    """

    def __init__(self, threads: int = 4, waiting: int = 1000, metrics: Metrics = NO_METRICS) -> None:
        self._most_threads = threads
        self._most_waiting = waiting
        self._now_waiting = metrics.level(JOBS_WAITING)
        self._now_running = metrics.level(JOBS_RUNNING)
        self._refused = metrics.counter(JOBS_REFUSED)
        self._begin()
        atexit.register(_farewell, weakref.ref(self))

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._outcomes: dict[Hashable, Future[Any]] = {}
        self._running: Counter[Hashable] = Counter()
        self._threads = 0
        self._idle = 0
        self._ended = False

    def reset_after_fork(self) -> None:
        """The jobs are those of the parent, whose threads do not exist here."""
        self._begin()

    @property
    def runs_beside_requests(self) -> bool:
        """Threads do."""
        return True

    def submit(self, key: Hashable, job: Callable[[], Result], lane: Hashable = None) -> Future[Result] | None:
        """See :meth:`tilekeep.ports.background.BackgroundRunner.submit`."""
        with self._changed:
            under_way = self._outcomes.get(key)
            if under_way is not None:
                return under_way
            if self._ended or len(self._waiting) >= self._most_waiting:
                self._refused()
                return None
            if self._idle <= len(self._waiting) and self._threads < self._most_threads:
                self._start_thread()
            if not self._threads:
                return None
            outcome: Future[Result] = Future()
            self._outcomes[key] = outcome
            self._waiting.append(_Waiting(key, lane, job, outcome))
            self._now_waiting(1)
            self._changed.notify()
            return outcome

    def _start_thread(self) -> None:
        """One more, if the system has one to give."""
        try:
            threading.Thread(target=self._work, name="tilekeep-background", daemon=True).start()
        except RuntimeError as error:
            _log.warning("%s; stale tiles are shown meanwhile, and are made anew by fewer threads", error)
        else:
            self._threads += 1

    def end(self, seconds: float) -> None:
        """Takes no more jobs, drops what waits, and waits up to ``seconds`` for what runs."""
        until = time.monotonic() + seconds
        with self._changed:
            self._ended = True
            for dropped in self._waiting:
                dropped.outcome.cancel()
                del self._outcomes[dropped.key]
                self._now_waiting(-1)
            self._waiting.clear()
            self._changed.notify_all()
            while self._outcomes and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            self._now_running(1)
            settle(waiting.outcome, waiting.job)
            self._now_running(-1)
            with self._changed:
                self._outcomes.pop(waiting.key, None)
                self._running[waiting.lane] -= 1
                self._changed.notify_all()
            del waiting  # What the job works on may be let go while this thread has nothing to do.

    def _next(self) -> _Waiting | None:
        with self._changed:
            self._idle += 1
            try:
                if self._eligible() is None and not self._ended:
                    self._changed.wait_for(lambda: self._eligible() is not None or self._ended, _IDLE_SECONDS)
                found = self._eligible()
                if found is None:
                    self._threads -= 1
                    return None
                self._waiting.remove(found)
                self._now_waiting(-1)
                self._running[found.lane] += 1
                return found
            finally:
                self._idle -= 1

    def _eligible(self) -> _Waiting | None:
        """The first job whose lane does not have its share of threads."""
        share = max(1, self._most_threads - 1)
        return next((job for job in self._waiting if job.lane is None or self._running[job.lane] < share), None)


def _farewell(threads: weakref.ref[BackgroundThreads]) -> None:
    living = threads()
    if living is not None:
        living.end(_FAREWELL_SECONDS)

"""Admission to upstream servers, in memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.fakes.clock import FakeClock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState, UpstreamStatus, status_of
from tilekeep.ports.clock import Clock

_LOOK_AT_CLOCK_SECONDS = 0.01


class Admission(NamedTuple):
    """One request that was let through."""

    upstream: Upstream
    purpose: Purpose


class FakePermit:
    """Keeps its reports with those of the gate."""

    def __init__(self, reports: list[tuple[int | None, float | None]]) -> None:
        self._reports = reports

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        self._reports.append((status, retry_after))


class FakeUpstreamGate:
    """Limits the requests of one process; the deadline is measured by ``clock``.

    ``admitted`` and ``reports`` are in order; ``running`` counts by the name of the upstream server, and may be
    raised by tests to play another process.  ``states`` say how servers stand, as far as people are told.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.admitted: list[Admission] = []
        self.reports: list[tuple[int | None, float | None]] = []
        self.running: Counter[str] = Counter()
        self.states: dict[str, UpstreamState] = {}
        self._clock = clock or FakeClock()
        self._changed = threading.Condition()

    def status(self, upstream: Upstream) -> UpstreamStatus:
        return status_of(self.states.get(upstream.name, UNTROUBLED), upstream, self._clock.monotonic())

    @contextmanager
    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[FakePermit]:
        with self._changed:
            while 0 < upstream.concurrent_requests <= self.running[upstream.name]:
                if deadline.has_passed(self._clock.monotonic()):
                    raise SourceBusy("all permitted requests were still running at the deadline")
                self._changed.wait(_LOOK_AT_CLOCK_SECONDS)
            self.running[upstream.name] += 1
            self.admitted.append(Admission(upstream, purpose))
        try:
            yield FakePermit(self.reports)
        finally:
            with self._changed:
                self.running[upstream.name] -= 1
                self._changed.notify_all()

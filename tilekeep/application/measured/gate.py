"""The gate to upstream servers, with waits, answers and times measured: every request to a server passes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import NamedTuple

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.measures import (
    UPSTREAM_REFUSED,
    UPSTREAM_REQUESTS,
    UPSTREAM_SECONDS,
    UPSTREAM_UNDER_WAY,
    UPSTREAM_WAIT_SECONDS,
    UPSTREAM_WAITING,
)
from tilekeep.domain.upstream_load import UpstreamStatus
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.upstream_gate import Permit, UpstreamGate

_STATUSES = range(100, 600)


class MeasuredGate:
    """Implements :class:`tilekeep.ports.upstream_gate.UpstreamGate`.

    Args:
        gate: admits requests.
        metrics: takes measurements.
        clock: measures time.
    """

    def __init__(self, gate: UpstreamGate, metrics: Metrics, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._server: OncePerKey[str, _Server] = OncePerKey(lambda name: _server(metrics, name))

    @contextmanager
    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[Permit]:
        """See :class:`~tilekeep.ports.upstream_gate.UpstreamGate`."""
        server = self._server(upstream.public_name)
        with ExitStack() as stack:
            permit = self._turn(server, stack, self._gate.admit(upstream, purpose, deadline))
            begin = self._clock.monotonic()
            server.under_way(1)
            try:
                yield MeasuredPermit(permit, server.answered)
            finally:
                server.under_way(-1)
                server.took(self._clock.monotonic() - begin)

    def _turn(self, server: _Server, stack: ExitStack, admission: AbstractContextManager[Permit]) -> Permit:
        """The permit, whose context ends with ``stack``."""
        begin = self._clock.monotonic()
        server.waiting(1)
        try:
            return stack.enter_context(admission)
        except SourceBusy:
            server.refused()
            raise
        finally:
            server.waiting(-1)
            server.waited(self._clock.monotonic() - begin)

    def status(self, upstream: Upstream) -> UpstreamStatus:
        """See :class:`~tilekeep.ports.upstream_gate.UpstreamGate`."""
        return self._gate.status(upstream)


class MeasuredPermit:
    """Implements :class:`tilekeep.ports.upstream_gate.Permit`; ``answered`` counts by status."""

    def __init__(self, permit: Permit, answered: Callable[[str], Callable[[], object]]) -> None:
        self._permit = permit
        self._answered = answered

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """See :class:`~tilekeep.ports.upstream_gate.Permit`."""
        self._answered(_status_label(status))()
        self._permit.report(status, retry_after)


def _status_label(status: int | None) -> str:
    """A server may answer with any number, so that those of no class become one."""
    if status is None:
        return "none"
    return str(status) if status in _STATUSES else "other"


class _Server(NamedTuple):
    """The measurements of one server."""

    waiting: Callable[[float], object]
    waited: Callable[[float], object]
    refused: Callable[[], object]
    under_way: Callable[[float], object]
    took: Callable[[float], object]
    answered: Callable[[str], Callable[[], object]]


def _server(metrics: Metrics, name: str) -> _Server:
    answered: OncePerKey[str, Callable[[], object]] = OncePerKey(
        lambda status: metrics.counter(UPSTREAM_REQUESTS, name, status)
    )
    return _Server(
        metrics.level(UPSTREAM_WAITING, name),
        metrics.timer(UPSTREAM_WAIT_SECONDS, name),
        metrics.counter(UPSTREAM_REFUSED, name),
        metrics.level(UPSTREAM_UNDER_WAY, name),
        metrics.timer(UPSTREAM_SECONDS, name),
        answered,
    )

"""Requests to one upstream server, each with leave of its gate, which hears how it went."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.map_query import Upstream, UpstreamRequest
from tilekeep.domain.source_failure import retry_after_seconds
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpAnswer, HttpClient
from tilekeep.ports.upstream_gate import UpstreamGate


class AdmittedAnswer(NamedTuple):
    """An answer of any status; ``retry_after`` is in seconds, as the server said it, or None."""

    answer: HttpAnswer
    retry_after: float | None


class AdmittedClient:
    """Asks one server through its gate.

    Args:
        http: sends requests.
        gate: limits how many are under way.
        clock: for deadlines, and for ``Retry-After`` given as a date.
        upstream: the server as the gate knows it.
        timeout_seconds: longest wait for the gate, and then for the whole answer, however it drips.
    """

    def __init__(
        self, http: HttpClient, gate: UpstreamGate, clock: Clock, *, upstream: Upstream, timeout_seconds: float
    ) -> None:
        self._http = http
        self._gate = gate
        self._clock = clock
        self._upstream = upstream
        self._timeout_seconds = timeout_seconds

    def make_ready(self) -> None:
        """See :meth:`tilekeep.ports.http_client.HttpClient.make_ready`."""
        self._http.make_ready()

    def ask(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline, *, max_bytes: int) -> AdmittedAnswer:
        """The answer; raises as :class:`~tilekeep.ports.http_client.HttpClient`.

        :raises SourceBusy: the gate stayed shut.
        """
        self.make_ready()
        with self._gate.admit(self._upstream, purpose, self._sooner(deadline)) as permit:
            try:
                answer = self._http.send(request, self._sooner(deadline), max_bytes=max_bytes)
            except SourceError:
                permit.report(None)
                raise
            retry_after = retry_after_seconds(answer.headers, self._clock.now())
            permit.report(answer.status, retry_after)
        return AdmittedAnswer(answer, retry_after)

    def for_purpose(self, purpose: Purpose) -> HttpClient:
        """All requests for one purpose, for those who know only of requests."""
        return _ForPurpose(self, purpose)

    def _sooner(self, deadline: Deadline) -> Deadline:
        return deadline.sooner(self._clock.monotonic() + self._timeout_seconds)


class _ForPurpose:
    """Implements :class:`tilekeep.ports.http_client.HttpClient`; all requests have one purpose."""

    def __init__(self, client: AdmittedClient, purpose: Purpose) -> None:
        self._client = client
        self._purpose = purpose

    def make_ready(self) -> None:
        """See :meth:`tilekeep.ports.http_client.HttpClient.make_ready`."""
        self._client.make_ready()

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :meth:`tilekeep.ports.http_client.HttpClient.send`; the gate may be shut as well."""
        return self._client.ask(request, self._purpose, deadline, max_bytes=max_bytes).answer

"""Admission to upstream servers: how many requests at a time, over all processes of a host."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Upstream


class Permit(Protocol):
    """The right to make one upstream request, given back when its context ends."""

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """Tells the gate how the request went: HTTP status, None for no answer; ``retry_after`` in seconds."""
        ...


class UpstreamGate(Protocol):
    """Limits the load on each upstream server.  Safe under threads and processes."""

    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> AbstractContextManager[Permit]:
        """A permit for one request to ``upstream``; waits for one until ``deadline``.

        :raises SourceBusy: on entering the context, when the deadline passed first.
        """
        ...

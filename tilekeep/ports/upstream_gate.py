"""Admission to upstream servers: how many requests at a time and in a second, and when not to ask at all."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import UpstreamStatus


class Permit(Protocol):
    """The right to make one upstream request, given back when its context ends."""

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """Tells the gate how the request went: HTTP status, None for no answer; ``retry_after`` in seconds."""
        ...


class UpstreamGate(Protocol):
    """Limits the load on each upstream server.  Safe under threads and processes.

    People who wait go before tiles that are made anew, and those before tiles that are made ahead.
    """

    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> AbstractContextManager[Permit]:
        """A permit for one request to ``upstream``; waits for one, and for a connection, until ``deadline``.

        :raises SourceBusy: on entering the context, when the deadline passed first, or when the server is to be left
            alone; its ``retry_after`` says for how long.
        """
        ...

    def status(self, upstream: Upstream) -> UpstreamStatus:
        """How the server stands; asks nothing and admits nobody."""
        ...

"""No limits on servers, for the few requests of commands that people run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import UpstreamStatus
from tilekeep.ports.upstream_gate import Permit


class _AnyRequest:
    """A permit of which nobody keeps account."""

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """Nothing follows from it."""


class NoGate:
    """A :class:`~tilekeep.ports.upstream_gate.UpstreamGate` that admits everybody and leaves no files."""

    @contextmanager
    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[Permit]:
        """At once."""
        yield _AnyRequest()

    def status(self, upstream: Upstream) -> UpstreamStatus:
        """Nothing is known of any server."""
        return UpstreamStatus(None, 0.0, "closed", 0, 0)

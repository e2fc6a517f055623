"""How the servers stand that a task asks, for people who watch it."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.domain.map_query import Upstream
from tilekeep.ports.upstream_gate import UpstreamGate


class ServerLoads:
    """Asks the gate, which knows of the requests of all processes."""

    def __init__(self, gate: UpstreamGate) -> None:
        self._gate = gate

    def text(self, upstreams: Iterable[Upstream]) -> str:
        """What is worth saying of each server: why it is not asked, failures, and how far its limit is used."""
        return "; ".join(filter(None, map(self._of, upstreams)))

    def _of(self, upstream: Upstream) -> str:
        status = self._gate.status(upstream)
        if status.reason is not None:
            return f"{upstream.public_name}: {status.reason} ({status.closed_seconds:.0f} s)"
        if status.failures:
            return f"{upstream.public_name}: {status.failures} failures in a row"
        if upstream.requests_per_second >= 1.0:
            return f"{upstream.public_name}: {status.admitted} of {upstream.requests_per_second:g} requests/s"
        return ""

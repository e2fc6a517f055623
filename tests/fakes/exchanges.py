"""The real exchange of HTTP sources, over fakes unless a test says otherwise."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.map_query import Upstream
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.upstream_gate import UpstreamGate

_HOST = Upstream("host")


def exchange(
    http: HttpClient,
    gate: UpstreamGate | None = None,
    *,
    upstream: Upstream = _HOST,
    max_bytes: int = 1_000_000,
    timeout_seconds: float = 60.0,
    hide_error_details: bool = True,
    clock: Clock | None = None,
) -> UpstreamExchange:
    """An exchange with ``http``; the gate lets everything in."""
    return UpstreamExchange(
        http,
        gate or FakeUpstreamGate(),
        clock or FakeClock(),
        upstream=upstream,
        max_bytes=max_bytes,
        timeout_seconds=timeout_seconds,
        hide_error_details=hide_error_details,
    )

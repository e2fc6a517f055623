"""How the server of a source stands."""

from __future__ import annotations

from typing import Any

from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import UpstreamStatus


def server_facts(upstream: Upstream, status: UpstreamStatus) -> dict[str, Any]:
    """Its credentials, if it has any, are not told."""
    breaker = upstream.breaker
    return {
        "server": upstream.public_name,
        "reason": status.reason,
        "not asked for": round(status.closed_seconds, 1),
        "breaker": None if breaker is None else status.breaker,
        "failures": status.failures,
        "admitted": status.admitted,
        "limits": {
            "concurrent requests": upstream.concurrent_requests or None,
            "requests per second": upstream.requests_per_second or None,
            "breaker": None if breaker is None else breaker._asdict(),
        },
    }

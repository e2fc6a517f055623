"""What the API says of the servers of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilekeep.config.assemble.stored_caches import StoredCaches
from tilekeep.entrypoints.facts.measured import answer_facts
from tilekeep.entrypoints.facts.servers import server_facts
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.upstream_gate import UpstreamGate

#: Names of caches that are told for each server.
_MOST_NAMES = 20


class ServersApi:
    """Says how servers stand, as all processes that ask them know it.

    Args:
        caches: know the servers of their sources.
        gate: knows how these stand.
        metrics: how they have answered.
    """

    def __init__(self, caches: StoredCaches, gate: UpstreamGate, metrics: Metrics) -> None:
        self._caches = caches
        self._gate = gate
        self._metrics = metrics

    def list(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All servers with what is known of them, and the caches that ask them."""
        sums = self._metrics.sums()
        return {
            "servers": [
                {
                    **server_facts(upstream, self._gate.status(upstream)),
                    "measured": answer_facts(sums, upstream.public_name),
                    "caches": names[:_MOST_NAMES],
                }
                for upstream, names in self._caches.upstreams().items()
            ]
        }

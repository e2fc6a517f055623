"""How often tiles were found, and how servers have answered, as far as that is measured (``globals.metrics``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilekeep.domain.measures import TILES, UPSTREAM_REQUESTS, UPSTREAM_SECONDS
from tilekeep.ports.metrics import Sums

#: States of tiles for which nobody had to wait for a source.
_AT_ONCE = frozenset({"hit", "stale"})

_SERVER_ERRORS = 500


def tile_facts(sums: Sums, cache: str) -> dict[str, Any] | None:
    """How the tiles of a cache were found since measuring began, in all its grids; None if nothing was measured."""
    states = _by_last_label(sums, TILES.name, cache)
    wanted = sum(states.values())
    if not wanted:
        return None
    at_once = sum(count for state, count in states.items() if state in _AT_ONCE)
    return {"states": states, "at_once": round(at_once / wanted, 4)}


def answer_facts(sums: Sums, server: str) -> dict[str, Any] | None:
    """Answers of a server, those among them that were none or its failure, and how long it took on average."""
    statuses = _by_last_label(sums, UPSTREAM_REQUESTS.name, server)
    *classes, seconds = sums.get((UPSTREAM_SECONDS.name, (server,)), (0.0,))
    requests = sum(classes)
    if not statuses or not requests:
        return None
    failed = sum(count for status, count in statuses.items() if _is_failure(status))
    return {"answers": sum(statuses.values()), "failed": failed, "mean_seconds": round(seconds / requests, 4)}


def _by_last_label(sums: Sums, name: str, first: str) -> Mapping[str, int]:
    """Counts of a measure with two labels, of which the first is ``first``, by the second."""
    return {
        labels[1]: int(numbers[0])
        for (measure, labels), numbers in sums.items()
        if measure == name and labels[0] == first and numbers[0]
    }


def _is_failure(status: str) -> bool:
    return not status.isdecimal() or int(status) >= _SERVER_ERRORS

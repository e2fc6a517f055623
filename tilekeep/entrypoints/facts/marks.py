"""What came of marking tiles as stale."""

from __future__ import annotations

from typing import Any

from tilekeep.entrypoints.invalidation import Invalidated


def invalidated_facts(one: Invalidated) -> dict[str, Any]:
    """Of a cache in one grid."""
    return {
        "cache": one.cache,
        "grid": one.grid,
        "made_of": one.made_of,
        "marked": one.marked,
        "levels": [level._asdict() for level in one.levels],
        "failure": one.failure,
    }

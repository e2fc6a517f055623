"""Tasks of seeding and cleaning up for generated caches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Nothing is older, so that nothing is removed before somebody says what should be.
_LONG_AGO = "1900-01-01T00:00:00"


def seed_tasks(caches: Mapping[str, Any]) -> dict[str, Any]:
    """One task of each kind for each cache in each of its grids."""
    pairs = [(name, grid) for name, cache in caches.items() for grid in cache.get("grids") or ()]
    tasks = {f"{cache}_{grid}": {"caches": [cache], "grids": [grid]} for cache, grid in pairs}
    cleanups = {name: {**task, "remove_before": {"time": _LONG_AGO}} for name, task in tasks.items()}
    return {"seeds": tasks, "cleanups": cleanups}

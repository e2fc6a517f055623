"""When tiles of a cache are stale, how long they are waited for, and how long they are shown (spec/caches.md, 8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tilekeep.config.mapproxy.caches import RefreshBefore
from tilekeep.config.mapproxy.globals import Refresh
from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.domain.staleness import FixedLimit, RelativeLimit

#: How long mode ``deadline`` waits unless it is told.
_PATIENCE_SECONDS = 1.0

_SECONDS = {"weeks": 604800.0, "days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}


@dataclass(frozen=True, slots=True)
class FileTimeLimit:
    """Tiles stored at or before the modification time of a file are stale; ``path`` is absolute."""

    path: str


RefreshLimit = FixedLimit | RelativeLimit | FileTimeLimit


def refresh_limit(refresh: RefreshBefore | None, base_dir: str) -> RefreshLimit | None:
    """What makes tiles stale: a time, else the time of a file, else an age (spec/caches.md, 8).

    A time without time zone is local.
    """
    if refresh is None or not refresh.model_fields_set:
        return None
    if refresh.time is not None:
        return FixedLimit(refresh.time.timestamp())
    if refresh.mtime is not None:
        return FileTimeLimit(from_base(base_dir, refresh.mtime))
    return RelativeLimit(sum((getattr(refresh, unit) or 0) * seconds for unit, seconds in _SECONDS.items()))


def patience_seconds(own: Refresh, default: Refresh) -> float:
    """How long a request waits for a stale tile to be refreshed: infinitely, or not at all, or in between."""
    mode = own.mode or default.mode or "wait"
    if mode == "deadline":
        return first_set(own.deadline, default.deadline, otherwise=_PATIENCE_SECONDS)
    return 0.0 if mode == "background" else math.inf


def max_stale_seconds(own: Refresh, default: Refresh) -> float | None:
    """How long a stale tile may be shown; None for ever."""
    return default.max_stale if own.max_stale is None else own.max_stale

"""The state of an upstream server as facts for JSON, wherever it is kept."""

from __future__ import annotations

import math
from typing import Any

from tilekeep.domain.upstream_load import UpstreamState


def facts_of(state: UpstreamState) -> dict[str, Any]:
    """A state as it is written down."""
    return state._asdict()


def state_of(facts: Any) -> UpstreamState:
    """The state that was written down; facts beside it are left to who wrote them.

    :raises ValueError: these are no such facts.
    """
    try:
        first, second = map(_instant, facts["waiting"])
        return UpstreamState(
            admitted=tuple(map(_instant, facts["admitted"])),
            waiting=(first, second),
            served_at=float(facts["served_at"]),
            paused_until=_instant(facts["paused_until"]),
            failures=int(facts["failures"]),
            open_until=_instant(facts["open_until"]),
            probe_until=_instant(facts["probe_until"]),
        )
    except (TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"not the state of an upstream server: {error!r}") from error


def _instant(value: Any) -> float:
    instant = float(value)
    if not math.isfinite(instant):
        raise ValueError("an instant is a finite number")
    return instant

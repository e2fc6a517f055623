"""The meaning of ``on_error`` (spec/sources.md, 9)."""

from __future__ import annotations

from tilekeep.config.mapproxy.sources import ErrorResponse, OnError
from tilekeep.domain.keeping import Worth
from tilekeep.domain.stand_in import StandIn, StandIns

_TRANSPARENT = (255, 255, 255, 0)


def stand_ins_of(on_error: OnError | None) -> StandIns:
    """Which image stands for which failure of a source."""
    found = on_error or {}
    by_status = tuple((status, _stand_in(found[status])) for status in found if isinstance(status, int))
    other = found.get("other")
    return StandIns(by_status, None if other is None else _stand_in(other))


def _stand_in(response: ErrorResponse) -> StandIn:
    color = _TRANSPARENT if response.response == "transparent" else response.response
    return StandIn(color, response.cache, Worth.STOPGAP if response.authorize_stale else Worth.STAND_IN)

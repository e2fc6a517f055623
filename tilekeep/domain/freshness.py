"""How many tiles of a count are fresh, as exactly as an account by days can say."""

from __future__ import annotations

import math
from typing import NamedTuple

from tilekeep.domain.ledger import OTHER_FORMS, Count, day_of

#: The day of tiles that are marked stale, or of which nobody knows when they were stored.
_MARKED = 0


class Freshness(NamedTuple):
    """Tiles by what a limit of age says of them.

    :ivar turning: those stored on the day (UTC) on which the limit falls: some are stale.
    """

    fresh: int
    stale: int
    turning: int = 0


def freshness(count: Count, limit: float | None) -> Freshness:
    """Of the tiles in ``count``; those stored at or before ``limit`` (POSIX seconds) are stale, None is no limit."""
    if limit is None:
        limit = float(_MARKED)
    if count.newest <= limit:
        return Freshness(0, count.tiles)
    if count.oldest > max(limit, _MARKED):
        return Freshness(count.tiles, 0)
    day = max(_MARKED, day_of(limit)) if math.isfinite(limit) else _MARKED
    own = ((stored, amount) for stored, amount in count.days.items() if stored != OTHER_FORMS)
    stale = sum(amount.tiles for stored, amount in own if stored < day or stored == _MARKED)
    turning = count.days[day].tiles if day in count.days and day != _MARKED else 0
    return Freshness(count.tiles - stale - turning, stale, turning)

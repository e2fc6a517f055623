"""Where a tile or a map came from, as clients are told and logs say."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class TileState(enum.Enum):
    """Where the answer came from."""

    #: A cache had it, and it was good.
    HIT = "hit"
    #: A cache had it; it is shown though it is due, as its source fails or while it is made anew.
    STALE = "stale"
    #: A cache had an old one, which has been made anew or found to be unchanged.
    REFRESHED = "refreshed"
    #: It has been made now.
    MISS = "miss"


#: What is said of the whole where parts differ: that something old is shown first, then what was waited for.
_MOST_TELLING = (TileState.STALE, TileState.MISS, TileState.REFRESHED)


def most_telling(states: Iterable[TileState]) -> TileState:
    """The state of what is made of parts; a hit if no part says otherwise."""
    found = set(states)
    return next((state for state in _MOST_TELLING if state in found), TileState.HIT)

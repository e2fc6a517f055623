"""How long what is made of several parts may be kept, and where it came from."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from tilekeep.domain.tile_state import TileState, most_telling


class Worth(enum.IntEnum):
    """What an answer is worth beside a stored tile."""

    #: Better than nothing: every stored tile that may be shown is better.
    STOPGAP = 0
    #: Better than a stale tile, but not than a fresh one.
    STAND_IN = 1
    #: What was asked for.
    MAP = 2


class Keeping(NamedTuple):
    """Limits on keeping an answer, and its origin.

    :ivar fresh_for: seconds after which it should be asked for again; None for no limit of its own.
    :ivar storable: whether anybody may keep it at all.
    :ivar worth: what it is worth beside a stored tile.
    :ivar good_for: seconds for which it will be good; None for no limit that is known.
    :ivar state: where it came from.
    """

    fresh_for: float | None = None
    storable: bool = True
    worth: Worth = Worth.MAP
    good_for: float | None = None
    state: TileState = TileState.MISS


class Kept(Protocol):
    """Anything with such limits."""

    @property
    def fresh_for(self) -> float | None:
        """As in :class:`Keeping`."""
        ...

    @property
    def storable(self) -> bool:
        """As in :class:`Keeping`."""
        ...

    @property
    def worth(self) -> Worth:
        """As in :class:`Keeping`."""
        ...

    @property
    def good_for(self) -> float | None:
        """As in :class:`Keeping`."""
        ...

    @property
    def state(self) -> TileState:
        """As in :class:`Keeping`."""
        ...


def shortest(*limits: float | None) -> float | None:
    """The shortest of some times, of which None are no limits."""
    return min((limit for limit in limits if limit is not None), default=None)


def together(parts: Iterable[Kept]) -> Keeping:
    """The limits of the whole: the shortest time of all parts, storable if all are, worth what the least is.

    Its state is the most telling one.
    """
    found = list(parts)
    if len(found) == 1:
        (part,) = found
        return Keeping(part.fresh_for, part.storable, part.worth, part.good_for, part.state)
    worth = min((part.worth for part in found), default=Worth.MAP)
    return Keeping(
        shortest(*(part.fresh_for for part in found)),
        all(part.storable for part in found),
        worth,
        shortest(*(part.good_for for part in found)),
        most_telling(part.state for part in found),
    )

"""How long what is made of several parts may be kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Keeping(NamedTuple):
    """Limits on keeping an answer.

    :ivar fresh_for: seconds after which it should be asked for again; None for no limit of its own.
    :ivar storable: whether anybody may keep it at all.
    """

    fresh_for: float | None = None
    storable: bool = True


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


def together(parts: Iterable[Kept]) -> Keeping:
    """The limits of the whole: the shortest time of all parts, and storable if all of them are."""
    found = list(parts)
    ages = [part.fresh_for for part in found if part.fresh_for is not None]
    return Keeping(min(ages, default=None), all(part.storable for part in found))

"""What the last tier is known to have, and since when."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from tilekeep.domain.tile import TileInfo, TileKey

#: About 10 MB; tiles that are forgotten cost a look at the last tier.
_MOST_KNOWN = 32_768

#: Stores keep times more or less exactly, the coarsest in whole seconds, as the policies compare them.
_SAME_SECONDS = 1.0


class KnownInfo(NamedTuple):
    """Time and size of a tile as the last tier had them at ``seen_at``, an instant of the monotonic clock."""

    stored_at: float
    size: int
    seen_at: float


def same_tile(one: TileInfo | KnownInfo, other: TileInfo) -> bool:
    """Whether one is a copy of the other."""
    return one.size == other.size and abs(one.stored_at - other.stored_at) < _SAME_SECONDS


class KnownInfos:
    """A bounded number of them, those noted last; safe to use from all threads.

    ``changes`` counts what this process has changed, so that whoever reads a tile can tell whether it is still that of
    the last tier when it puts a copy in front.
    """

    def __init__(self, most: int = _MOST_KNOWN) -> None:
        self._most = most
        self._known: OrderedDict[TileKey, KnownInfo] = OrderedDict()
        self._guard = threading.Lock()
        self.get = self._known.get
        self.changes = 0

    def note(self, found: Iterable[tuple[TileKey, TileInfo]], seen_at: float) -> None:
        """The last tier has these."""
        with self._guard:
            for key, info in found:
                self._known[key] = KnownInfo(info.stored_at, info.size, seen_at)
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self, keys: Iterable[TileKey] | None) -> None:
        """Nobody knows of these any more, None for all, because they are being changed."""
        with self._guard:
            self.changes += 1
            if keys is None:
                self._known.clear()
            for key in keys or ():
                self._known.pop(key, None)

    def reset_after_fork(self) -> None:
        """To be called in a forked child, where another thread may have held the lock."""
        self._guard = threading.Lock()
        self._known.clear()

"""The applications of many configurations, of which those asked for last are kept."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Instance = TypeVar("Instance")

#: When more than this part of those that are kept has been let go, all of it is collected at once, since that takes as
#: long as making some.
_PARTS = 10


class _Place(Generic[Instance]):
    """Where one instance is made once, however many ask for it meanwhile."""

    __slots__ = ("instance", "making")

    def __init__(self) -> None:
        self.making = threading.Lock()
        self.instance: Instance | None = None

    def made(self, make: Callable[[], Instance]) -> Instance:
        with self.making:
            if self.instance is None:
                self.instance = make()
            return self.instance


class KeptInstances(Generic[Instance]):
    """Makes an instance when it is first asked for, and lets the one go that was asked for the longest ago.

    Making one does not hold up requests for others.  Instances are full of cycles, and made so that the garbage
    collector takes them for old (:mod:`tilekeep.config.loading.garbage`): it is told when some have been let go.

    Args:
        make: makes the instance of a key.
        most: so many are kept.
    """

    def __init__(self, make: Callable[[str], Instance], most: int) -> None:
        self._make = make
        self._most = most
        self._lock = threading.Lock()
        self._places: OrderedDict[str, _Place[Instance]] = OrderedDict()
        self._let_go = 0

    def __call__(self, key: str) -> Instance:
        """The instance of ``key``; raises what its making raises, and then tries again with the next request."""
        place = self._place(key)
        if self._let_go > self._most // _PARTS:
            self._let_go = 0
            gc.collect()
        # Reading the attribute of a finished instance needs no lock.
        return place.instance or place.made(lambda: self._make(key))

    def reset_after_fork(self) -> None:
        """What the parent was making when it forked is made anew here."""
        self._lock = threading.Lock()
        self._places = OrderedDict((key, place) for key, place in self._places.items() if place.instance is not None)

    def _place(self, key: str) -> _Place[Instance]:
        with self._lock:
            place = self._places.pop(key, None) or _Place()
            self._places[key] = place
            if len(self._places) > self._most:
                self._places.popitem(last=False)
                self._let_go += 1
            return place

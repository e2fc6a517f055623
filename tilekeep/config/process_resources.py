"""What belongs to one process and must not cross a fork: pools, locks, calls under way."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from typing import Protocol, runtime_checkable


@runtime_checkable
class Resettable(Protocol):
    """Something that a forked child must make anew."""

    def reset_after_fork(self) -> None:
        """Drops what belonged to the parent process; called in the child before any other thread exists."""
        ...


class ProcessResources:
    """Remembers the fork-sensitive parts of one application and resets them in every forked child.

    Settings and plans are immutable and shared by parent and children.  Parts are held weakly, and so is this
    object by the system's list of what to do in children, which nothing ever leaves: an application that is
    replaced on reload takes all of them with it.  Whoever needs the resets keeps this object.
    """

    def __init__(self) -> None:
        self._parts: weakref.WeakSet[Resettable] = weakref.WeakSet()
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=_reset_of(weakref.ref(self)))

    def keep(self, part: Resettable) -> None:
        """Resets ``part`` in every process forked from now on."""
        with self._lock:
            self._parts.add(part)

    def reset(self) -> None:
        """Resets all parts; called in the child after a fork."""
        self._lock = threading.Lock()
        for part in list(self._parts):
            part.reset_after_fork()


def _reset_of(resources: weakref.ref[ProcessResources]) -> Callable[[], None]:
    def reset() -> None:
        living = resources()
        if living is not None:
            living.reset()

    return reset

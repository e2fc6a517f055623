"""Tile locks in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.clock import FakeClock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout, LockUnavailable
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_lock import StillHeld

_LOOK_AT_CLOCK_SECONDS = 0.01


class FakeTileLock:
    """Locks among threads; the deadline is measured by ``clock``.

    ``held`` are the names held now, ``history`` all that were ever held, in order.  Tests may add a name to
    ``held`` to play another process.  ``unavailable``, when set, is why no lock can be taken.  ``lost`` are names that
    another host has taken from their holders.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.held: set[str] = set()
        self.history: list[str] = []
        self.unavailable: str | None = None
        self.lost: set[str] = set()
        self._clock = clock or FakeClock()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[StillHeld]:
        if self.unavailable is not None:
            raise LockUnavailable(self.unavailable)
        with self._changed:
            while name in self.held:
                if deadline.has_passed(self._clock.monotonic()):
                    raise LockTimeout(f"lock {name!r} was still held when the time was up")
                self._changed.wait(_LOOK_AT_CLOCK_SECONDS)
            self._take(name)
        try:
            yield lambda: name not in self.lost
        finally:
            self.release(name)

    @contextmanager
    def try_hold(self, name: str) -> Iterator[bool]:
        with self._changed:
            free = name not in self.held
            if free:
                self._take(name)
        try:
            yield free
        finally:
            if free:
                self.release(name)

    def is_held(self, name: str) -> bool:
        return name in self.held

    def release(self, name: str) -> None:
        """Frees ``name`` and wakes those who wait for it."""
        with self._changed:
            self.held.discard(name)
            self._changed.notify_all()

    def _take(self, name: str) -> None:
        self.held.add(name)
        self.history.append(name)

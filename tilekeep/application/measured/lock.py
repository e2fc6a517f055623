"""Tile locks whose waits are timed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout, LockUnavailable
from tilekeep.domain.measures import LOCK_FAILURES, LOCK_WAIT_SECONDS
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.tile_lock import StillHeld, TileLock


class MeasuredLock:
    """Implements :class:`tilekeep.ports.tile_lock.TileLock`.

    Args:
        lock: is held.
        metrics: takes the waits.
        clock: measures them.
    """

    def __init__(self, lock: TileLock, metrics: Metrics, clock: Clock) -> None:
        self._lock = lock
        self._clock = clock
        self._waited = metrics.timer(LOCK_WAIT_SECONDS)
        self._failed = metrics.counter(LOCK_FAILURES)

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[StillHeld]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        with ExitStack() as stack:
            begin = self._clock.monotonic()
            try:
                still_held = stack.enter_context(self._lock.hold(name, deadline))
            except (LockTimeout, LockUnavailable):
                self._failed()
                raise
            finally:
                self._waited(self._clock.monotonic() - begin)
            yield still_held

    def try_hold(self, name: str) -> AbstractContextManager[bool]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        return self._lock.try_hold(name)

    def is_held(self, name: str) -> bool:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        return self._lock.is_held(name)

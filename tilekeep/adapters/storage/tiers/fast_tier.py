"""A store in front of others: its failures cost nothing but its speed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileStore

log = logging.getLogger("tilekeep.cache.tiers")

T = TypeVar("T")

#: How long a tier that failed is not asked: its time-outs would add up to a slower cache than without it.
PAUSE_SECONDS = 10.0

#: How often a failure that goes on is reported.
_REPORT_SECONDS = 60.0

_NEVER = float("-inf")


class FastTier:
    """Does what it is asked unless it failed a moment ago; never raises a :class:`StoreError`.

    :ivar max_age_seconds: how long its tiles are good without a look at the last tier.
    """

    def __init__(self, store: TileStore, max_age_seconds: float, clock: Clock) -> None:
        """Wraps ``store``."""
        self.max_age_seconds = max_age_seconds
        self._store = store
        self._read = store.read
        self._clock = clock
        self._resumes_at = _NEVER
        self._reported_at = _NEVER

    @property
    def is_paused(self) -> bool:
        """Whether it failed a moment ago."""
        return self._resumes_at != _NEVER and self._clock.monotonic() < self._resumes_at

    def read(self, key: TileKey, deadline: Deadline) -> StoredTile | None:
        """The tile, or None if the store has none or fails."""
        if self.is_paused:
            return None
        try:
            return self._read(key, deadline)
        except StoreError as error:
            self._failed(error)
            return None

    def attempt(self, work: Callable[[TileStore], T], instead: T) -> T:
        """What ``work`` makes of the store, or ``instead`` while the store fails."""
        if self.is_paused:
            return instead
        try:
            return work(self._store)
        except StoreError as error:
            self._failed(error)
            return instead

    def report(self, message: str, error: StoreError) -> None:
        """Logs a failure, unless one was logged a moment ago."""
        now = self._clock.monotonic()
        if now >= self._reported_at + _REPORT_SECONDS:
            self._reported_at = now
            log.warning("%s: %s", message, error)

    def _failed(self, error: StoreError) -> None:
        self._resumes_at = self._clock.monotonic() + PAUSE_SECONDS
        self.report(f"a fast tier fails and is passed by for {PAUSE_SECONDS:g} seconds at a time", error)

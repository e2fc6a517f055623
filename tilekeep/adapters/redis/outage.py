"""What is done about a Redis that cannot be used: it is left alone for a moment, and the log says so now and then."""

from __future__ import annotations

import logging

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.ports.clock import Clock

_log = logging.getLogger("tilekeep.redis")

#: How long nobody asks again, so that requests do not wait one after the other for what is not there.
PAUSE_SECONDS = 2.0
_QUIET_SECONDS = 60.0


class Outage:
    """Of one server, as one process sees it.  Safe to use from any thread; a race costs a request or a line."""

    def __init__(self, clock: Clock, place: str, instead: str) -> None:
        """Binds it to a server; ``instead`` says what is done meanwhile."""
        self._clock = clock
        self._place = place
        self._instead = instead
        self._until = -1.0
        self._quiet_until = -1.0

    @property
    def lasts(self) -> bool:
        """Whether the server failed a moment ago."""
        return self._clock.monotonic() < self._until

    def begins(self, error: RedisUnusable) -> None:
        """The server has failed just now."""
        now = self._clock.monotonic()
        self._until = now + PAUSE_SECONDS
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET_SECONDS
            _log.warning("%s cannot be used, %s: %s", self._place, self._instead, error)

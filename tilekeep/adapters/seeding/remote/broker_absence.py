"""A broker that is gone for a while is waited for; one that is gone for long, or was never there, ends the run."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.domain.errors import SeedingBrokenOff
from tilekeep.ports.clock import Clock

_log = logging.getLogger("tilekeep.seed")

_LONGEST_SECONDS = 300.0


class BrokerAbsence:
    """Whether the Redis of a run is gone, as its coordinator sees it, and since when."""

    def __init__(self, place: str, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._was_there = False
        self._since: float | None = None

    @contextlib.contextmanager
    def waited_for(self) -> Iterator[None]:
        """What is done meanwhile ends early while the server is gone, and is to be done again.

        :raises SeedingBrokenOff: it has been gone for too long.
        """
        try:
            yield
        except RedisUnusable as error:
            self._is_gone(error)
        else:
            self._was_there = True
            if self._since is not None:
                _log.warning("%s is back", self._place)
                self._since = None

    def _is_gone(self, error: RedisUnusable) -> None:
        now = self._clock.monotonic()
        if self._since is None:
            self._since = now
            if self._was_there:
                _log.warning("%s cannot be used, waiting for it: %s", self._place, error)
        if not self._was_there or now - self._since > _LONGEST_SECONDS:
            raise SeedingBrokenOff(f"{self._place} cannot be used: {error}") from error

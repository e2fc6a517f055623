"""Holding work back until it is time for it."""

from __future__ import annotations

import datetime as dt

from tilekeep.domain.working_hours import WorkingHours
from tilekeep.ports.clock import Clock
from tilekeep.ports.stop import Stop

_LOOK_AT_CLOCK_SECONDS = 10.0


class WorkingTime:
    """A part of the day in local time.

    Args:
        clock: the present time.
        stop: ends the wait.
        hours: None is all of the day.
    """

    def __init__(self, clock: Clock, stop: Stop, hours: WorkingHours | None) -> None:
        self._clock = clock
        self._stop = stop
        self._hours = hours

    def is_now(self) -> bool:
        """Whether it is time, without waiting for it."""
        return self._hours is None or self._hours.hold(self._time_of_day())

    def has_come(self) -> bool:
        """Waits for it; whether it has come before a stop was requested."""
        while not self._stop.requested:
            if self.is_now():
                return True
            self._stop.wait(_LOOK_AT_CLOCK_SECONDS)
        return False

    def _time_of_day(self) -> dt.time:
        return dt.datetime.fromtimestamp(self._clock.now()).astimezone().time()

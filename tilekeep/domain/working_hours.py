"""The part of a day in which something may be done."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")


class WorkingHours(NamedTuple):
    """From one time of day to another, which may be that of the next day."""

    begin: dt.time
    end: dt.time

    def hold(self, now: dt.time) -> bool:
        """Whether they include a time of day; the end is not included."""
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


def working_hours(text: str) -> WorkingHours | None:
    """Hours written as ``22:00-06:00``; None if the text is something else."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    if end_hour == 24 and end_minute:  # noqa: PLR2004 - hours of a day
        return None
    return WorkingHours(dt.time(begin_hour, begin_minute), dt.time(end_hour % 24, end_minute))

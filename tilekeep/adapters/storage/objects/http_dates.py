"""The two ways in which services write instants."""

from __future__ import annotations

import calendar
import datetime as dt
from email.utils import parsedate


def http_date(value: str) -> float:
    """POSIX seconds of ``Last-Modified``; 0, which is the oldest there is, for what is no date."""
    parsed = parsedate(value)
    return 0.0 if parsed is None else float(calendar.timegm(parsed))


def iso_date(value: str) -> float:
    """POSIX seconds of a time of ISO 8601, in whole seconds as in ``Last-Modified``; 0 for what is none."""
    try:
        parsed = dt.datetime.fromisoformat(value)
    except ValueError:
        return 0.0
    return float(int(parsed.replace(tzinfo=parsed.tzinfo or dt.UTC).timestamp()))

"""The meaning of layer dimensions: which values exist (spec/services.md, 2.4)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from tilekeep.config.mapproxy.layers import DimensionOptions
from tilekeep.domain.dimensions import Dimension

#: A longer list of values is refused: it would make every capabilities document unusable.
MOST_VALUES = 10_000

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Duration:
    """A period of ISO 8601: calendar months, and an exact time."""

    months: int
    exact: dt.timedelta

    @staticmethod
    def parse(text: str) -> Duration:
        """Raises ValueError for what is no period, or one of no length."""
        found = _DURATION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no ISO 8601 period such as PT6H")
        number = {unit: float(value or 0) for unit, value in found.groupdict().items()}
        exact = dt.timedelta(**{unit: number[unit] for unit in ("weeks", "days", "hours", "minutes", "seconds")})
        months = int(number["years"] * _MONTHS_PER_YEAR + number["months"])
        if not months and not exact:
            raise ValueError(f"the period {text!r} has no length")
        return Duration(months, exact)

    def after(self, instant: dt.datetime, *, sign: int = 1) -> dt.datetime:
        """The instant one period later (or earlier); days past the end of a month become its last day."""
        month = instant.month - 1 + sign * self.months
        year, month = instant.year + month // _MONTHS_PER_YEAR, month % _MONTHS_PER_YEAR + 1
        day = min(instant.day, calendar.monthrange(year, month)[1])
        return instant.replace(year=year, month=month, day=day) + sign * self.exact


def effective_dimension(name: str, options: DimensionOptions) -> Dimension:
    """The dimension with all its values; without a default the last value is it.

    :raises ValueError: a time range that is none, or one of too many values.
    """
    values = _values(name, options)
    default = values[-1] if options.default is None else str(options.default)
    return Dimension(name.lower(), values, default)


def _values(name: str, options: DimensionOptions) -> tuple[str, ...]:
    """Values as text; a single one is a range of times, or a list with slashes."""
    if len(options.values) > 1:
        return tuple(str(value) for value in options.values)
    single = str(options.values[0]).strip()
    return time_values(single) if "time" in name.lower() else tuple(single.split("/"))


def time_values(text: str) -> tuple[str, ...]:
    """An instant, or ``start/end/period``, ``start/period``, ``period/end`` step by step.

    As in the reference the last value may lie up to one period after the end.

    :raises ValueError: no instant, no range, or one of too many values.
    """
    parts = text.split("/")
    match parts:
        case [instant]:
            return (_text(_instant(instant)),)
        case [start, period] if period.startswith("P"):
            step = Duration.parse(period)
            first = _instant(start)
            last = step.after(first)
        case [period, end] if period.startswith("P"):
            step = Duration.parse(period)
            last = _instant(end)
            first = step.after(last, sign=-1)
        case [start, end, period] if period.startswith("P"):
            step, first, last = Duration.parse(period), _instant(start), _instant(end)
            if (first.tzinfo is None) != (last.tzinfo is None):
                raise ValueError("start and end must both have a time zone, such as Z, or none of them")
        case _:
            raise ValueError(f"{text!r} is neither a time nor a range such as start/end/period")
    return _steps(first, step.after(last), step)


def _steps(first: dt.datetime, limit: dt.datetime, step: Duration) -> tuple[str, ...]:
    """Instants from ``first`` on, before ``limit``."""
    values: list[str] = []
    current = first
    while current < limit:
        if len(values) == MOST_VALUES:
            raise ValueError(f"the range has more than {MOST_VALUES} values")
        values.append(_text(current))
        current = step.after(current)
    if not values:
        raise ValueError("the range ends before it starts")
    return tuple(values)


def _instant(text: str) -> dt.datetime:
    """An ISO 8601 instant; a date is its first moment in UTC, a time keeps the zone it has or has not."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no ISO 8601 time such as 2024-12-31 or 2024-12-31T23:59:59") from None
    return instant.replace(tzinfo=dt.UTC) if _is_date(text) else instant


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _text(instant: dt.datetime) -> str:
    """ISO 8601 with ``Z`` for UTC, as the reference writes it in documents, requests and names of directories."""
    return instant.isoformat().replace("+00:00", "Z")

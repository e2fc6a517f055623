"""What plain YAML 1.1 scalars mean, exactly as the YAML reader of the reference understands them.

The patterns are those of the YAML 1.1 type repository (https://yaml.org/type/), with the deviations that the
reference's reader has in practice: ``y`` and ``n`` are text, exponents need a point and a sign.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

_TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_NULL = frozenset({"~", "null", "Null", "NULL", ""})

_INTEGER = re.compile(
    r"[-+]?(?:0b[0-1_]*[01]|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]*[0-9a-fA-F]|[1-9][0-9_]*(?::[0-5]?[0-9])+)_*"
)
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"
    r"|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)"
)
_TIMESTAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d*))?"
    r"(?:[ \t]*(?:(?P<utc>Z)|(?P<sign>[-+])(?P<tz_hour>\d\d?)(?::?(?P<tz_minute>\d\d))?))?)?"
)
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")

#: Values that start with none of these characters are text, save the words of booleans and null.
_NUMBER_STARTS = frozenset("0123456789+-.")

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(_NULL),
}


def plain_scalar(text: str) -> Any:
    """The value of an unquoted scalar: bool, None, int, float, date, datetime, else the text itself.

    :raises ValueError: a date that does not exist.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return integer(text)
    if _FLOAT.fullmatch(text):
        return floating(text)
    if _DATE_ONLY.fullmatch(text) or (len(text) > len("2001-12-14") and _TIMESTAMP.fullmatch(text)):
        return timestamp(text)
    return text


def integer(text: str) -> int:
    """Decimal, ``0b`` binary, ``0`` octal, ``0x`` hexadecimal or sexagesimal (``12:30:45``), underscores ignored.

    :raises ValueError: no such number.
    """
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if ":" in digits:
        return sign * int(_sexagesimal([float(part) for part in digits.split(":")]))
    if digits.startswith("0b"):
        return sign * int(digits, 2)
    if digits.startswith("0x"):
        return sign * int(digits, 16)
    if digits.startswith("0") and digits != "0":
        return sign * int(digits, 8)
    return sign * int(digits)


def floating(text: str) -> float:
    """Decimal with a point, sexagesimal with a point, infinity or not-a-number.

    :raises ValueError: no such number.
    """
    digits = text.replace("_", "").lower()
    sign = -1.0 if digits.startswith("-") else 1.0
    digits = digits.lstrip("+-")
    if ":" in digits:
        return sign * _sexagesimal([float(part) for part in digits.split(":")])
    return sign * float(digits.removeprefix(".") if digits in {".inf", ".nan"} else digits)


def _sexagesimal(parts: list[float]) -> float:
    """Digits of base sixty, most significant first."""
    total = parts[0]
    for part in parts[1:]:
        total = total * 60 + part
    return total


def timestamp(text: str) -> dt.date | dt.datetime:
    """A date, or a date with time; with a time zone it is aware, else naive.

    :raises ValueError: not a timestamp, or a date that does not exist.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no timestamp")
    parts = found.groupdict()
    day = dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    if parts["hour"] is None:
        return day
    microsecond = int((parts["fraction"] or "")[:6].ljust(6, "0"))
    time = dt.time(int(parts["hour"]), int(parts["minute"]), int(parts["second"]), microsecond, tzinfo=_zone(parts))
    return dt.datetime.combine(day, time)


def _zone(parts: dict[str, str | None]) -> dt.tzinfo | None:
    """The time zone of a timestamp, if it states one."""
    if parts["utc"]:
        return dt.UTC
    if not parts["sign"]:
        return None
    offset = dt.timedelta(hours=int(parts["tz_hour"] or 0), minutes=int(parts["tz_minute"] or 0))
    return dt.timezone(-offset if parts["sign"] == "-" else offset)


def _boolean(text: str) -> bool:
    """An explicitly tagged boolean."""
    value = _WORDS.get(text.lower())
    if not isinstance(value, bool):
        raise ValueError(f"{text!r} is no boolean; write true or false")  # noqa: TRY004 - the text is at fault
    return value


_PREFIX = "tag:yaml.org,2002:"

#: What explicit tags (``!!int "8"``) make of a scalar; other tags are refused.
TAGGED: dict[str, Callable[[str], Any]] = {
    _PREFIX + "str": str,
    _PREFIX + "int": integer,
    _PREFIX + "float": floating,
    _PREFIX + "bool": _boolean,
    _PREFIX + "null": lambda _text: None,
    _PREFIX + "timestamp": timestamp,
}

#: Explicit tags that mappings and sequences may carry.
COLLECTION_TAGS = frozenset({_PREFIX + "map", _PREFIX + "seq"})

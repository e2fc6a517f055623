"""What a server says about keeping its answer: ``Cache-Control``, ``Expires`` and ``Age`` (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

#: A time that is longer counts as this (RFC 9111, 1.2.2).
LONGEST_SECONDS = 2**31

_DIRECTIVE = re.compile(r'([!#$%&\'*+.^_`|~\w-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?', re.ASCII)


class ToldKeeping(NamedTuple):
    """What a cache that many clients share may do with an answer.

    :ivar storable: whether it may keep it at all.
    :ivar good_for: seconds for which it may be delivered without asking again; None if nothing is said about that.
    """

    storable: bool = True
    good_for: float | None = None


def told_keeping(headers: Mapping[str, str], now: float) -> ToldKeeping:
    """What ``headers``, which have lower-case names, say at ``now`` (POSIX seconds).

    A time that cannot be read counts as over, and of several that say the same the shortest counts (RFC 9111, 4.2.1);
    ``private`` and ``no-cache`` for some headers only count for the whole answer (5.2.2.4 and 5.2.2.7).
    """
    said = _directives(headers.get("cache-control", ""))
    storable = said.keys().isdisjoint({"no-store", "private"})
    lifetime = 0.0 if "no-cache" in said else _lifetime(said, headers, now)
    if lifetime is None:
        return ToldKeeping(storable)
    age = _seconds(headers.get("age", "").strip())
    return ToldKeeping(storable, max(0.0, lifetime - (age or 0.0)))


def _directives(text: str) -> dict[str, list[str]]:
    """The arguments of each directive, without quotes; names are in lower case."""
    said: dict[str, list[str]] = {}
    for name, argument in _DIRECTIVE.findall(text):
        said.setdefault(name.lower(), []).append(argument.strip('"'))
    return said


def _lifetime(said: Mapping[str, list[str]], headers: Mapping[str, str], now: float) -> float | None:
    """Of what is said for shared caches, for all caches, and by date, the first counts."""
    for directive in ("s-maxage", "max-age"):
        if directive in said:
            return min(_seconds(argument) or 0.0 for argument in said[directive])
    if "expires" not in headers:
        return None
    expires, date = _instant(headers["expires"]), _instant(headers.get("date", ""))
    return 0.0 if expires is None else max(0.0, expires - (now if date is None else date))


def _seconds(text: str) -> float | None:
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text), float(LONGEST_SECONDS))


def _instant(text: str) -> float | None:
    """POSIX seconds of an HTTP date, or None if it is none."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=date.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None

"""Cache headers and conditional requests (RFC 9110, 13; RFC 9111), without a request in sight."""

from __future__ import annotations

import functools
import math
from email.utils import formatdate


@functools.lru_cache(maxsize=4096)
def http_date(second: int) -> str:
    """A POSIX second as HTTP date; tiles of one meta tile share it, so that most calls find it ready."""
    return formatdate(second, usegmt=True)


def entity_tag(stored_at: float, size: int, form: str = "") -> str:
    """A strong, quoted entity tag, the same in every process; ``stored_at`` in POSIX seconds, ``size`` in bytes.

    ``form`` tells forms of one tile apart.
    """
    return f'"{int(stored_at * 1_000_000):x}-{size:x}{form}"'


def cache_control(max_age_seconds: float, *, shared: bool = True) -> str:
    """Permission to keep an answer for ``max_age_seconds``, rounded up; ``shared`` caches may keep it too."""
    seconds = max(0, math.ceil(max_age_seconds))
    return f"public, max-age={seconds}, s-maxage={seconds}" if shared else f"private, max-age={seconds}"


def aged_cache_control(
    age_seconds: float, good_for_seconds: float, stale_for_seconds: float | None, *, shared: bool
) -> str:
    """Permission to keep an answer for ``good_for_seconds`` that is sent with its ``Age`` (RFC 9111, 4.2.3 and 5.1).

    Caches take the age off the time that is stated.  For ``stale_for_seconds`` more they may show the answer while they
    ask again, or when nothing comes of that (RFC 5861).
    """
    permission = cache_control(math.floor(age_seconds) + good_for_seconds, shared=shared)
    if stale_for_seconds is None:
        return permission
    seconds = max(0, math.floor(stale_for_seconds))
    return f"{permission}, stale-while-revalidate={seconds}, stale-if-error={seconds}"


def is_not_modified(
    etag: str, modified_second: int | None, if_none_match: str | None, if_modified_since: str | None
) -> bool:
    """Whether a conditional request may be answered 304 (RFC 9110, 13.2.2).

    ``if_none_match`` wins over ``if_modified_since``.  ``modified_second`` is in POSIX seconds, None if unknown.
    """
    if if_none_match is not None:
        return if_none_match == etag or _names(if_none_match, etag)
    if if_modified_since is None or modified_second is None:
        return False
    if if_modified_since == http_date(modified_second):
        return True
    since = _second(if_modified_since)
    return since is not None and modified_second <= since


def _names(if_none_match: str, etag: str) -> bool:
    """Whether a list of entity tags names ``etag``, compared weakly; tags without quotes are taken as they are.

    The reference sends its tags unquoted, and clients send back what they got (spec/services.md, 1.5).
    """
    from werkzeug.http import parse_etags

    return parse_etags(if_none_match).contains_weak(etag.strip('"'))


def _second(http_date_text: str) -> int | None:
    from werkzeug.http import parse_date

    date = parse_date(http_date_text)
    return None if date is None else int(date.timestamp())

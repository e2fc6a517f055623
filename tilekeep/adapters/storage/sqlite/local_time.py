"""Instants as MapProxy writes them into ``sqlite`` caches: local time, whole seconds (spec/caches.md, 3.2)."""

from __future__ import annotations

import time
from functools import lru_cache

_FORMAT = "%Y-%m-%d %H:%M:%S"

#: Tiles of one block share a time, and the same tiles are read again and again.
_KEPT = 4096


def local_text(instant: float) -> str:
    """``instant`` (POSIX seconds) as text; the fraction is dropped."""
    return time.strftime(_FORMAT, time.localtime(instant))


@lru_cache(_KEPT)
def local_instant(text: object) -> float | None:
    """The instant (POSIX seconds) that ``text`` means; None for anything that is no such time.

    In the hour that clocks go through twice a year the text means two instants, and this is one of them.
    """
    try:
        return time.mktime(time.strptime(str(text), _FORMAT))
    except (ValueError, OverflowError):
        return None

"""Levels as people list them: ``1,2,5`` or ``0..8, 10``."""

from __future__ import annotations

import re

_RANGE = re.compile(r"(\d+)\s*\.\.\s*(\d+)")
_MOST = 100


def listed_levels(text: str) -> tuple[int, ...]:
    """The levels, ascending.

    :raises ValueError: it is no such list.
    """
    levels: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        found = _RANGE.fullmatch(part)
        if found is None and not part.isdecimal():
            raise ValueError(f"{part!r} is neither a level such as 3 nor levels such as 1..10")
        first, last = (int(part), int(part)) if found is None else (int(found[1]), int(found[2]))
        if first > last or last >= _MOST:
            raise ValueError(f"{part!r} are no levels")
        levels.update(range(first, last + 1))
    return tuple(sorted(levels))

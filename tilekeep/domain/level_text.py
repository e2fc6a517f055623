"""Levels as people write them on a command line: ``0-12`` or ``0..12``, ``3,5,7-9``, ``14-``."""

from __future__ import annotations

import re

#: Beyond the last level of any grid that can be drawn.
ENDLESS = 99

_PART = re.compile(r"\s*(\d{1,2})\s*((?:-|\.\.)\s*(\d{1,2})?)?\s*", re.ASCII)


def levels_of_text(text: str) -> tuple[int, ...] | None:
    """The levels, ascending; an open end means all finer ones.  None if the text is something else."""
    levels: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        first = int(found[1])
        last = first if found[2] is None else ENDLESS if found[3] is None else int(found[3])
        levels.update(range(first, last + 1))
    return tuple(sorted(levels)) or None

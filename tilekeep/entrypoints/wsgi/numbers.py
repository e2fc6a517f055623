"""Numbers as clients write them in the parameters of maps."""

from __future__ import annotations

import math

#: No number of a map needs more characters.
_LONGEST = 64


def number(text: str) -> float | None:
    """The finite number that ``text`` is, spaces around it aside, or None.

    Digits are ASCII, and the underscores of Python are none.
    """
    if len(text) > _LONGEST or "_" in text or not text.isascii():
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None

"""What a misspelt name probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: object, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None if none is like it."""
    candidates = list(known)
    text = str(name)
    for candidate in candidates:
        if candidate.lower() == text.lower():
            return candidate
    found = difflib.get_close_matches(text, candidates, n=1, cutoff=0.6)
    return found[0] if found else None

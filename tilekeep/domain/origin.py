"""The corner from which the rows of a grid or of an address are counted."""

from __future__ import annotations

from typing import Literal

#: South-west: rows go up.  North-west: rows go down.
Origin = Literal["sw", "nw"]

_SPELLINGS: dict[str, Origin] = {"ll": "sw", "sw": "sw", "ul": "nw", "nw": "nw"}


def origin_spelled(text: str) -> Origin | None:
    """The origin that ``ll``, ``sw``, ``ul`` or ``nw`` in any case means; None for any other word."""
    return _SPELLINGS.get(text.lower())

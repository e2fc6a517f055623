"""Levels, columns and rows as clients write them."""

from __future__ import annotations

from tilekeep.domain.errors import TileOutsideGrid

#: What clients are told of tiles beyond a grid; which ones follows in brackets.
OUTSIDE_GRID = "The requested tile is outside the bounding box of the tile map."

#: No matrix has more columns than fit in this many digits; longer numbers are not even converted.
_MOST_DIGITS = 18


def tile_number(text: str) -> int:
    """An integer, maybe negative, out of ASCII digits that the caller has checked.

    :raises TileOutsideGrid: more digits than any grid needs.
    """
    if len(text) > _MOST_DIGITS:
        raise TileOutsideGrid(f"{OUTSIDE_GRID} ({text})")
    return int(text)


def is_integer(text: str) -> bool:
    """Whether ``text`` consists of ASCII digits, after a minus sign at most."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal()

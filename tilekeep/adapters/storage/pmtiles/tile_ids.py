"""The numbers of tiles in an archive: all levels in a row, each along a Hilbert curve (PMTiles 3, clause 4.1)."""

from __future__ import annotations

from tilekeep.domain.tile import TileCoord


def first_id(z: int) -> int:
    """The number of the first tile of level ``z``, which has as many as there are in all levels before it."""
    return ((1 << 2 * z) - 1) // 3


def tile_id(coord: TileCoord) -> int:
    """The number of an XYZ tile inside its level."""
    z, x, y = coord
    number = ((1 << 2 * z) - 1) // 3
    half = 1 << z >> 1
    while half:
        right, lower = x & half, y & half
        if lower:
            number += half * half * (2 if right else 1)
            x, y = x - right, y - half
        elif right:
            number += 3 * half * half
            x, y = half - 1 - y, 2 * half - 1 - x
        else:
            x, y = y, x
        half >>= 1
    return number


def coord_of(number: int) -> TileCoord:
    """The XYZ tile with this number."""
    z = ((3 * number + 1).bit_length() - 1) // 2
    rest = number - first_id(z)
    x = y = 0
    half = 1
    while half < 1 << z:
        quarter = rest & 3
        if quarter == 0:
            x, y = y, x
        elif quarter == 1:
            y += half
        elif quarter == 2:  # noqa: PLR2004 - of four quarters
            x, y = x + half, y + half
        else:
            x, y = 2 * half - 1 - y, half - 1 - x
        rest >>= 2
        half <<= 1
    return TileCoord(z, x, y)

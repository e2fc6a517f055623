"""Where a mesh is torn: places side by side in the map that lie far apart in the raster, as at the antimeridian.

What lies between them in the raster is nothing that the map shows there.
"""

from __future__ import annotations

#: Of a map without a tear so small a part never shows half of the raster.
_PART_OF_MAP = 8


def may_be_torn(pixels: int, length: int) -> bool:
    """Whether ``pixels`` between two lines of a mesh, of a map so long, are few enough to tell a tear by."""
    return pixels * _PART_OF_MAP <= length


def longest_step(low: float, high: float) -> float:
    """The most that raster coordinates between ``low`` and ``high`` differ between two such lines without a tear."""
    return (high - low) / 2

"""How many tiles a level takes."""

from __future__ import annotations

import math

from tilekeep.domain.geometry import BBox, Size


def matrix_size(bbox: BBox, tile_size: Size, resolution: float) -> Size:
    """Columns and rows that cover all whole pixels of ``bbox``, one at least (spec/config-globals-grids.md, 11.4).

    Floor division of floats is exact; dividing first could round up to a pixel that is not there.
    """
    columns = math.ceil(bbox.width // resolution / tile_size.width)
    rows = math.ceil(bbox.height // resolution / tile_size.height)
    return Size(max(1, columns), max(1, rows))

"""How the rows of a grid are counted in a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowOrder:
    """Rows counted from the other side than in the grid; ``heights`` are the rows of each level."""

    heights: Sequence[int]

    def row(self, z: int, y: int) -> int:
        """The row of the database for row ``y`` of the grid, and the other way round."""
        return self.heights[z] - 1 - y if 0 <= z < len(self.heights) else y

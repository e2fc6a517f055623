"""The block of tiles a box touches, counted before it is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.tile import TileCoord


@dataclass(frozen=True, slots=True)
class AffectedTiles:
    """A rectangular block of tile positions in one level (spec/config-globals-grids.md, 11.6).

    Nothing is listed until ``coords`` is read, so that callers can refuse a block by its ``count``.

    :ivar bbox: box of the whole block, positions outside the matrix included, in the grid's SRS.
    :ivar size: columns and rows of the block.
    :ivar level: level of all its tiles.
    :ivar columns: column numbers from left to right.
    :ivar rows: row numbers from the top down, so descending for grids counted from the south.
    :ivar matrix_size: columns and rows that exist in the level.
    """

    bbox: BBox
    size: Size
    level: int
    columns: range
    rows: range
    matrix_size: Size

    @property
    def count(self) -> int:
        """Number of positions, those outside the matrix included."""
        return self.size.width * self.size.height

    @property
    def coords(self) -> tuple[TileCoord | None, ...]:
        """The positions row by row from the top-left; None stands for one outside the matrix."""
        return tuple(self)

    def first_and_last(self, other: AffectedTiles) -> tuple[TileCoord, TileCoord] | None:
        """The tiles with the smallest and the largest numbers that this block shares with one of the same level."""
        columns = range(max(self.columns[0], other.columns[0]), min(self.columns[-1], other.columns[-1]) + 1)
        rows = range(max(min(self.rows), min(other.rows)), min(max(self.rows), max(other.rows)) + 1)
        if not columns or not rows:
            return None
        return TileCoord(self.level, columns[0], rows[0]), TileCoord(self.level, columns[-1], rows[-1])

    def __iter__(self) -> Iterator[TileCoord | None]:
        """The positions in the order of ``coords``, one at a time."""
        width, height = self.matrix_size
        for y in self.rows:
            for x in self.columns:
                yield TileCoord(self.level, x, y) if 0 <= x < width and 0 <= y < height else None

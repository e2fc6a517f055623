"""A level, or a part of it, in so few squares that a screen can show them."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.ledger import CELL_SIDE, Cell, CellBlock

#: Columns and rows of squares at most.
MOST_ACROSS = 32


class TileRange(NamedTuple):
    """Columns and rows of tiles of a level; never empty."""

    columns: range
    rows: range

    @property
    def tiles(self) -> int:
        """Tiles there can be."""
        return len(self.columns) * len(self.rows)

    def common(self, other: TileRange) -> TileRange | None:
        """The part that both have, or None."""
        both = TileRange(_common(self.columns, other.columns), _common(self.rows, other.rows))
        return both if both.tiles else None


class LevelSquares(NamedTuple):
    """Squares of cells of the ledger that cover a part of a level.

    :ivar side: columns and rows of cells in a square, a power of two.
    :ivar block: the cells; whole squares.
    """

    side: int
    block: CellBlock

    @classmethod
    def over(cls, z: int, tiles: TileRange) -> LevelSquares:
        """The smallest squares of which no more than :data:`MOST_ACROSS` lie side by side."""
        side = 1
        while max(_across(tiles.columns, side), _across(tiles.rows, side)) > MOST_ACROSS:
            side *= 2
        return cls(side, CellBlock(z, _cells(tiles.columns, side), _cells(tiles.rows, side)))

    def tiles_of(self, square: Cell) -> TileRange:
        """The tiles of a square, which is numbered in squares."""
        width = self.side * CELL_SIDE
        return TileRange(
            range(square.column * width, (square.column + 1) * width),
            range(square.row * width, (square.row + 1) * width),
        )


def tiles_across_square(tiles: TileRange) -> int:
    """Columns and rows of tiles in the smallest squares of which no more than :data:`MOST_ACROSS` lie side by side.

    A power of two.
    """
    width = 1
    while max(span[-1] // width - span[0] // width + 1 for span in tiles) > MOST_ACROSS:
        width *= 2
    return width


def _across(tiles: range, side: int) -> int:
    width = side * CELL_SIDE
    return tiles[-1] // width - tiles[0] // width + 1


def _cells(tiles: range, side: int) -> tuple[int, int]:
    width = side * CELL_SIDE
    return tiles[0] // width * side, (tiles[-1] // width + 1) * side - 1


def _common(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))

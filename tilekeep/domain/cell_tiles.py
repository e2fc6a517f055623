"""The tiles of cells one by one, as they were when they were counted: what an account is able to show of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tilekeep.domain.ledger import CELL_SIDE, DAY_SECONDS, OTHER_FORMS, Amount, Cell, Count, together
from tilekeep.domain.tile import TileInfo, TileKey

#: Set in the place of another form of a tile; places themselves are smaller.
_OTHER_FORM = CELL_SIDE * CELL_SIDE


class CellTiles(NamedTuple):
    """Columns of a table with a line for each tile of a cell, in the order in which the tiles were listed.

    :ivar places: unsigned, of 16 bits: by rows of the cell, whose origin is the grid's; other forms have a bit more.
    :ivar stored: signed, of 64 bits: whole POSIX seconds.
    :ivar sizes: unsigned, of 64 bits: bytes.
    """

    places: array[int]
    stored: array[int]
    sizes: array[int]

    @staticmethod
    def empty() -> CellTiles:
        """No tiles yet."""
        return CellTiles(array("H"), array("q"), array("Q"))

    def counts(self, cell: Cell, width: int) -> dict[Cell, Count]:
        """Of squares of ``width`` columns and rows, a power of two less than those of a cell.

        The cell that stands for a square is numbered in squares, from the origin of the grid.
        """
        squares, parts = _squares_of_places(width), dict[tuple[int, int], list[int]]()
        for place, stored, size in zip(*self, strict=True):
            where = squares[place], stored // DAY_SECONDS
            part = parts.get(where)
            if part is None:
                parts[where] = [1, size, stored, stored]
                continue
            part[0] += 1
            part[1] += size
            if stored < part[2]:
                part[2] = stored
            elif stored > part[3]:
                part[3] = stored
        return _put_together(parts, cell, CELL_SIDE // width)


class TilesByCell:
    """Notes tiles that pass by, for each cell; of more than so many it notes none, so that memory stays bounded.

    Args:
        most: tiles.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._cells: dict[Cell, CellTiles] = {}

    @property
    def cells(self) -> Mapping[Cell, CellTiles]:
        """What has been noted."""
        return self._cells

    def noting(self, tiles: Iterable[tuple[TileKey, TileInfo]]) -> Iterator[tuple[TileKey, TileInfo]]:
        """All of ``tiles``, which come from a listing."""
        cells, last, noted = self._cells, None, CellTiles.empty()
        for tile in tiles:
            if self._left:
                (z, x, y), _, variant = tile[0]
                cell = z, x // CELL_SIDE, y // CELL_SIDE
                if cell != last:  # most tiles are listed after their neighbours
                    noted, last = cells.setdefault(Cell(*cell), CellTiles.empty()), cell
                place = y % CELL_SIDE * CELL_SIDE + x % CELL_SIDE
                noted.places.append(place | _OTHER_FORM if variant else place)
                noted.stored.append(int(tile[1].stored_at))
                noted.sizes.append(tile[1].size)
                self._left -= 1
            elif cells:
                cells.clear()
            yield tile


def _put_together(parts: Mapping[tuple[int, int], Sequence[int]], cell: Cell, across: int) -> dict[Cell, Count]:
    """The counts of squares, of which ``across`` lie side by side in the cell, from those of single days."""
    found: dict[int, list[Count]] = {}
    for (square, day), (number, size, oldest, newest) in parts.items():
        is_other_form = square >= _OTHER_FORM
        days = {OTHER_FORMS if is_other_form else day: Amount(number, size)}
        count = Count(0 if is_other_form else number, size, float(oldest), float(newest), days)
        found.setdefault(square & ~_OTHER_FORM, []).append(count)
    left, first = cell.column * across, cell.row * across
    return {
        Cell(cell.z, left + square % across, first + square // across): whole
        for square, counts in found.items()
        if (whole := together(counts)) is not None
    }


@cache
def _squares_of_places(width: int) -> Sequence[int]:
    """The square of each place, both by rows; those of other forms have a bit more, as their places have."""
    across = CELL_SIDE // width
    own = [row // width * across + column // width for row in range(CELL_SIDE) for column in range(CELL_SIDE)]
    return [*own, *(square | _OTHER_FORM for square in own)]

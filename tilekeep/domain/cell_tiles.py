"""The tiles of cells one by one, as they were when they were counted: what an account is able to show of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tilekeep.domain.ledger import CELL_SIDE, DAY_SECONDS, OTHER_FORMS, Amount, Cell, Count, together
from tilekeep.domain.level_squares import TileRange
from tilekeep.domain.tile import TileInfo, TileKey

#: Set in the place of another form of a tile; places themselves are smaller.
_OTHER_FORM = CELL_SIDE * CELL_SIDE

#: Seconds from 1970 beyond which nobody asks how far.
_FARTHEST = float(1 << 52)

#: All places are smaller, those of other forms too.
_PLACES = 2 * _OTHER_FORM


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

    @property
    def is_sound(self) -> bool:
        """Whether these can be the tiles of a cell."""
        return len(self.places) == len(self.stored) == len(self.sizes) and max(self.places, default=0) < _PLACES

    def agree_with(self, count: Count) -> bool:
        """Whether ``count`` is of these tiles, and not of what the cell had before or has since."""
        return len(self.places) == count.tiles + count.other_forms.tiles and sum(self.sizes) == count.size

    def in_squares(self, cell: Cell, width: int, area: TileRange) -> dict[Cell, Count]:
        """The counts of the squares that reach into ``area``.

        A square has ``width`` columns and rows, a power of two less than those of a cell.  The cell that stands for it
        is numbered in squares, from the origin of the grid.
        """
        squares, parts = _Squares(cell, width).of_places(area), dict[tuple[int, int], list[int]]()
        for place, stored, size in zip(*self, strict=True):
            square = squares[place]
            if square is None:
                continue
            where = square, stored // DAY_SECONDS
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
        return _Squares(cell, width).together(parts)


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
                noted.stored.append(_whole_seconds(tile[1].stored_at))
                noted.sizes.append(max(0, tile[1].size))
                self._left -= 1
            elif cells:
                cells.clear()
            yield tile


def _whole_seconds(instant: float) -> int:
    """Of an instant that may be any number a store was told."""
    return math.floor(min(max(instant, -_FARTHEST), _FARTHEST))


class _Squares(NamedTuple):
    """The squares in a cell, by rows; those of other forms have a bit more, as their places have."""

    cell: Cell
    width: int

    @property
    def across(self) -> int:
        """How many lie side by side."""
        return CELL_SIDE // self.width

    def of_places(self, area: TileRange) -> list[int | None]:
        """The square of each place; None for those that do not reach into ``area``."""
        columns = self._reached(self.cell.column, area.columns)
        own = [
            None if row is None or column is None else row * self.across + column
            for row in self._reached(self.cell.row, area.rows)
            for column in columns
        ]
        return [*own, *(None if square is None else square | _OTHER_FORM for square in own)]

    def _reached(self, number: int, area: range) -> list[int | None]:
        """For each column or row of the cell that of its square; None if the square ends before ``area`` or after."""
        first = number * self.across
        begin, end = area[0] // self.width - first, area[-1] // self.width - first
        squares = (place // self.width for place in range(CELL_SIDE))
        return [square if begin <= square <= end else None for square in squares]

    def together(self, parts: Mapping[tuple[int, int], Sequence[int]]) -> dict[Cell, Count]:
        """The counts of whole squares, from those of their single days: tiles, bytes, oldest and newest."""
        days: dict[int, list[Count]] = {}
        for (square, day), (number, size, oldest, newest) in parts.items():
            is_other_form = square >= _OTHER_FORM
            amount = {OTHER_FORMS if is_other_form else day: Amount(number, size)}
            count = Count(0 if is_other_form else number, size, float(oldest), float(newest), amount)
            days.setdefault(square & ~_OTHER_FORM, []).append(count)
        left, first = self.cell.column * self.across, self.cell.row * self.across
        return {
            Cell(self.cell.z, left + square % self.across, first + square // self.across): whole
            for square, counts in days.items()
            if (whole := together(counts)) is not None
        }

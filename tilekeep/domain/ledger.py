"""What is stored, by level and area: how many tiles, how many bytes, and of which age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tilekeep.domain.tile import TileInfo, TileKey

#: Columns and rows of tiles in a cell: what is counted anew when one of its tiles has changed.
CELL_SIDE = 64

#: How many squares of cells make a larger one, in each direction.
_SQUARE = 8

DAY_SECONDS = 86400


class Cell(NamedTuple):
    """An area of :data:`CELL_SIDE` by :data:`CELL_SIDE` tiles of a level, in all dimensions; origin as the grid's."""

    z: int
    column: int
    row: int

    @staticmethod
    def of(key: TileKey) -> Cell:
        """The cell in which a tile lies."""
        z, x, y = key.coord
        return Cell(z, x // CELL_SIDE, y // CELL_SIDE)


class CellBlock(NamedTuple):
    """Cells of a level: columns and rows of cells, first and last inclusive; None for all there are."""

    z: int
    columns: tuple[int, int] | None = None
    rows: tuple[int, int] | None = None

    @property
    def is_level(self) -> bool:
        """Whether these are all cells of the level."""
        return self.columns is None or self.rows is None

    @staticmethod
    def around(cell: Cell) -> CellBlock:
        """That cell alone."""
        return CellBlock(cell.z, (cell.column, cell.column), (cell.row, cell.row))


class Amount(NamedTuple):
    """Tiles and the bytes they have together."""

    tiles: int = 0
    size: int = 0

    def plus(self, tiles: int, size: int) -> Amount:
        """With so many more."""
        return Amount(self.tiles + tiles, self.size + size)


#: By the day on which tiles were stored (UTC, counted from 1970-01-01).  Day 0 is that of tiles marked stale, and of
#: those whose time nobody knows.
Days = Mapping[int, Amount]

#: Stands among the days for the other forms of tiles, whenever they were stored: they are bytes, but no tiles more.
OTHER_FORMS = -(1 << 40)


class Count(NamedTuple):
    """What is stored somewhere.

    :ivar tiles: without other forms of them.
    :ivar size: of all in bytes, other forms included.
    :ivar oldest: in POSIX seconds, as is ``newest``.
    """

    tiles: int
    size: int
    oldest: float
    newest: float
    days: Days

    @property
    def other_forms(self) -> Amount:
        """Of tiles in other formats, or with more pixels."""
        return self.days.get(OTHER_FORMS, Amount())

    def surely_older_than(self, instant: float) -> Amount:
        """What was stored before the day (UTC) of ``instant``."""
        day = day_of(instant)
        return total(amount for stored, amount in self.days.items() if stored < day and stored != OTHER_FORMS)


class Account(NamedTuple):
    """What is known of a store.

    :ivar levels: those on which tiles are stored.
    :ivar complete: whether the store has been listed as a whole once; before that only what Tilekeep has stored since
        it keeps accounts is known.
    :ivar unsettled: how many cells and levels may have changed since they were counted.
    """

    levels: Mapping[int, Count]
    complete: bool
    unsettled: int

    @property
    def total(self) -> Amount:
        """Of all levels: tiles without other forms, and the bytes of all."""
        return total(Amount(count.tiles, count.size) for count in self.levels.values())

    @property
    def other_forms(self) -> Amount:
        """Of all levels."""
        return total(count.other_forms for count in self.levels.values())


def total(amounts: Iterable[Amount]) -> Amount:
    """All together."""
    found = Amount()
    for tiles, size in amounts:
        found = found.plus(tiles, size)
    return found


def day_of(instant: float) -> int:
    """The day (UTC) of an instant in POSIX seconds, counted from 1970-01-01."""
    return int(instant // DAY_SECONDS)


def counted(tiles: Iterable[tuple[TileKey, TileInfo]], side: int = CELL_SIDE) -> dict[Cell, Count]:
    """The counts of all cells in which listed tiles lie, or of areas with another number of columns and rows."""
    cells: dict[Cell, _Counting] = {}
    for ((z, x, y), _, variant), info in tiles:
        where = Cell(z, x // side, y // side)
        cell = cells.get(where)
        if cell is None:
            cell = cells[where] = _Counting(info.stored_at)
        cell.add(info.stored_at, info.size, is_other_form=bool(variant))
    return {where: cell.count() for where, cell in cells.items()}


def together(counts: Iterable[Count]) -> Count | None:
    """The count of several areas as one; None if there are none."""
    some = list(counts)
    if len(some) <= 1:
        return some[0] if some else None
    tiles, size, oldest, newest, first_days = some[0]
    days = dict(first_days)
    for more in some[1:]:
        tiles += more.tiles
        size += more.size
        oldest, newest = min(oldest, more.oldest), max(newest, more.newest)
        for day, amount in more.days.items():
            days[day] = days[day].plus(*amount) if day in days else amount
    return Count(tiles, size, oldest, newest, days)


def blocks(changed: Iterable[Cell | CellBlock]) -> list[CellBlock]:
    """What is to be counted anew: neighbours in a column together, nothing of a level that is counted whole."""
    some = set(changed)
    wider = [area for area in some if isinstance(area, CellBlock)]
    levels = {block.z for block in wider if block.is_level}
    found = [CellBlock(z) for z in sorted(levels)]
    found += sorted(block for block in wider if block.z not in levels)
    run: CellBlock | None = None
    for z, column, row in sorted(cell for cell in some if isinstance(cell, Cell) and cell.z not in levels):
        if run is not None and run.rows is not None and run[:2] == (z, (column, column)) and run.rows[1] == row - 1:
            run = run._replace(rows=(run.rows[0], row))
            found[-1] = run
        else:
            run = CellBlock.around(Cell(z, column, row))
            found.append(run)
    return found


def coarser(changed: Iterable[Cell | CellBlock], most: int) -> set[Cell | CellBlock]:
    """At most so many areas that hold all of ``changed``, where levels as a whole are not that many already.

    Cells are put together in squares, whose side is the least power of :data:`_SQUARE` with which they are few enough.
    """
    some = set(changed)
    whole = {area.z for area in some if isinstance(area, CellBlock) and area.is_level}
    squares = {_Square.around(area) for area in some if area.z not in whole}
    side = 1
    while len(squares) + len(whole) > most and len({square.z for square in squares}) < len(squares):
        side *= _SQUARE
        squares = {square.within(side) for square in squares}
    sides = {square.side for square in squares}
    kept = {each for each in squares if not any(each.within(side) in squares for side in sides if side > each.side)}
    return {square.area() for square in kept} | {CellBlock(z) for z in whole}


class _Square(NamedTuple):
    """Cells of a level; columns and rows are counted in squares of that side."""

    z: int
    side: int
    column: int
    row: int

    @staticmethod
    def around(area: Cell | CellBlock) -> _Square:
        """The least one of its kind that holds ``area``."""
        if isinstance(area, Cell):
            return _Square(area.z, 1, area.column, area.row)
        assert area.columns is not None, "levels as a whole are no squares"
        assert area.rows is not None
        (west, east), (first, last) = area.columns, area.rows
        side = 1
        while west // side != east // side or first // side != last // side:
            side *= _SQUARE
        return _Square(area.z, side, west // side, first // side)

    def within(self, side: int) -> _Square:
        """The square of that side that holds this one, or this one if it is as large."""
        if side <= self.side:
            return self
        factor = side // self.side
        return _Square(self.z, side, self.column // factor, self.row // factor)

    def area(self) -> Cell | CellBlock:
        """As an area of the ledger."""
        if self.side == 1:
            return Cell(self.z, self.column, self.row)
        west, first = self.column * self.side, self.row * self.side
        return CellBlock(self.z, (west, west + self.side - 1), (first, first + self.side - 1))


class _Counting:
    """A count in the making."""

    __slots__ = ("_days", "_newest", "_oldest", "_size", "_tiles")

    def __init__(self, stored_at: float) -> None:
        self._oldest = self._newest = stored_at
        self._tiles = self._size = 0
        self._days: dict[int, list[int]] = {}

    def add(self, stored_at: float, size: int, *, is_other_form: bool) -> None:
        self._tiles += not is_other_form
        self._size += size
        if stored_at < self._oldest:
            self._oldest = stored_at
        elif stored_at > self._newest:
            self._newest = stored_at
        day = self._days.setdefault(OTHER_FORMS if is_other_form else int(stored_at // DAY_SECONDS), [0, 0])
        day[0] += 1
        day[1] += size

    def count(self) -> Count:
        days = {day: Amount(*amount) for day, amount in self._days.items()}
        return Count(self._tiles, self._size, self._oldest, self._newest, days)

"""Squares in which a screen shows a level."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.ledger import CELL_SIDE, Cell
from tilekeep.domain.level_squares import MOST_ACROSS, LevelSquares, TileRange

RANGES = st.tuples(st.integers(0, 1 << 24), st.integers(1, 1 << 24)).map(lambda ends: range(ends[0], sum(ends)))
WHERE = st.builds(TileRange, RANGES, RANGES)


@given(WHERE)
def test_there_are_never_more_than_a_screen_can_show(tiles: TileRange) -> None:
    squares = LevelSquares.over(9, tiles)

    (west, east), (first, last) = squares.block.columns, squares.block.rows  # type: ignore[misc]
    assert (east - west + 1) // squares.side <= MOST_ACROSS
    assert (last - first + 1) // squares.side <= MOST_ACROSS


@given(WHERE)
def test_they_cover_all_tiles_and_are_whole(tiles: TileRange) -> None:
    squares = LevelSquares.over(9, tiles)

    columns, rows = squares.block.columns, squares.block.rows
    assert columns is not None
    assert rows is not None
    assert columns[0] % squares.side == rows[0] % squares.side == 0
    assert columns[0] * CELL_SIDE <= tiles.columns[0] <= tiles.columns[-1] < (columns[1] + 1) * CELL_SIDE
    assert rows[0] * CELL_SIDE <= tiles.rows[0] <= tiles.rows[-1] < (rows[1] + 1) * CELL_SIDE


def test_few_tiles_are_shown_cell_by_cell() -> None:
    squares = LevelSquares.over(9, TileRange(range(CELL_SIDE * MOST_ACROSS), range(10)))

    assert squares.side == 1
    assert squares.tiles_of(Cell(9, 2, 0)) == TileRange(range(128, 192), range(64))


def test_ranges_without_common_tiles_have_nothing_in_common() -> None:
    here, there = TileRange(range(10), range(10)), TileRange(range(5, 15), range(10, 20))

    assert here.common(there) is None
    assert here.common(TileRange(range(5, 15), range(8, 20))) == TileRange(range(5, 10), range(8, 10))

"""Counting tiles by area, and what is to be counted anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.ledger import (
    CELL_SIDE,
    Account,
    Amount,
    Cell,
    CellBlock,
    Count,
    blocks,
    coarser,
    counted,
    day_of,
    together,
)
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey

COORDS = st.builds(TileCoord, st.integers(7, 8), st.integers(0, 255), st.integers(0, 255))
TILES = st.dictionaries(
    st.builds(TileKey, COORDS, st.sampled_from([(), (("time", "1"),)]), st.sampled_from(["", "", "webp", "@2x"])),
    st.builds(TileInfo, st.floats(0, 2e9), st.integers(1, 10**6)),
)
CELLS = st.builds(Cell, st.integers(7, 9), st.integers(0, 4), st.integers(0, 4))


@given(TILES)
def test_the_counts_of_cells_add_up_to_what_is_listed(tiles: dict[TileKey, TileInfo]) -> None:
    whole = together(counted(tiles.items()).values())

    if not tiles:
        assert whole is None
        return
    assert whole is not None
    own = sum(not key.variant for key in tiles)
    assert (whole.tiles, whole.other_forms.tiles) == (own, len(tiles) - own)
    assert len(tiles) == sum(amount.tiles for amount in whole.days.values())
    assert whole.size == sum(info.size for info in tiles.values()) == sum(each.size for each in whole.days.values())
    assert whole.oldest == min(info.stored_at for info in tiles.values())
    assert whole.newest == max(info.stored_at for info in tiles.values())


@given(TILES)
def test_a_tile_is_counted_in_the_cell_in_which_it_lies(tiles: dict[TileKey, TileInfo]) -> None:
    cells = counted(tiles.items())

    assert {cell: count.tiles for cell, count in cells.items()} == {
        cell: sum(Cell.of(key) == cell and not key.variant for key in tiles) for cell in map(Cell.of, tiles)
    }


@given(TILES, st.floats(0, 2e9))
def test_what_is_surely_older_was_stored_before_that_day(tiles: dict[TileKey, TileInfo], instant: float) -> None:
    whole = together(counted(tiles.items()).values())

    if whole is not None:
        own = [info for key, info in tiles.items() if not key.variant]
        older = [info for info in own if day_of(info.stored_at) < day_of(instant)]
        assert whole.surely_older_than(instant) == Amount(len(older), sum(info.size for info in older))


@given(st.lists(CELLS), st.lists(st.integers(7, 9), max_size=2))
def test_blocks_hold_each_changed_cell_once_and_nothing_else(cells: list[Cell], levels: list[int]) -> None:
    found = blocks([*cells, *map(CellBlock, levels)])

    held = [cell for block in found if block.columns for cell in cells_of(block)]
    assert sorted(held) == sorted({cell for cell in cells if cell.z not in levels})
    assert [block.z for block in found if block.columns is None] == sorted(set(levels))


def test_neighbours_in_a_column_are_one_block() -> None:
    assert blocks([Cell(9, 2, 4), Cell(9, 2, 3), Cell(9, 3, 5), Cell(9, 2, 6)]) == [
        CellBlock(9, (2, 2), (3, 4)),
        CellBlock(9, (2, 2), (6, 6)),
        CellBlock(9, (3, 3), (5, 5)),
    ]


AREAS = (
    st.builds(Cell, st.integers(7, 9), st.integers(0, 700), st.integers(0, 700))
    | st.builds(
        lambda z, column, row: CellBlock(z, (8 * column, 8 * column + 7), (8 * row, 8 * row + 7)),
        st.integers(7, 9),
        st.integers(0, 87),
        st.integers(0, 87),
    )
    | st.builds(CellBlock, st.integers(9, 10), st.none(), st.none())
)


@given(st.lists(AREAS, max_size=60), st.integers(1, 40))
def test_few_large_areas_hold_all_that_many_small_ones_do(areas: list[Cell | CellBlock], most: int) -> None:
    found = coarser(areas, most)

    assert len(found) <= max(most, len({area.z for area in areas}))
    assert all(any(holds(larger, area) for larger in found) for area in areas)
    assert not [(a, b) for a in found for b in found if a != b and holds(a, b)]


@given(st.lists(AREAS, max_size=30))
def test_areas_that_are_few_stay_what_they_are(areas: list[Cell | CellBlock]) -> None:
    found = coarser(areas, 1000)

    assert found <= set(areas)


def holds(larger: Cell | CellBlock, area: Cell | CellBlock) -> bool:
    outer, inner = (CellBlock.around(each) if isinstance(each, Cell) else each for each in (larger, area))
    if outer.z != inner.z or outer.columns is None or outer.rows is None:
        return outer.z == inner.z
    if inner.columns is None or inner.rows is None:
        return False
    return all(
        first <= one and two <= last
        for (first, last), (one, two) in ((outer.columns, inner.columns), (outer.rows, inner.rows))
    )


@pytest.mark.parametrize(("x", "column"), [(0, 0), (CELL_SIDE - 1, 0), (CELL_SIDE, 1)])
def test_cells_begin_at_multiples_of_their_side(x: int, column: int) -> None:
    assert Cell.of(TileKey(TileCoord(9, x, 0))) == Cell(9, column, 0)


def test_an_account_knows_its_total() -> None:
    count = Count(2, 30, 1.0, 2.0, {0: Amount(2, 30)})

    assert Account({3: count, 4: count}, complete=True, unsettled=0).total == Amount(4, 60)


def cells_of(block: CellBlock) -> list[Cell]:
    assert block.columns is not None
    assert block.rows is not None
    (west, east), (first, last) = block.columns, block.rows
    return [Cell(block.z, x, y) for x in range(west, east + 1) for y in range(first, last + 1)]

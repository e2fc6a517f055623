"""The tiles of a cell as bytes."""

from __future__ import annotations

import zlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.storage.ledger.packed_tiles import pack, unpack
from tilekeep.domain.cell_tiles import CellTiles

LINES = st.tuples(st.integers(0, 2 * 4096 - 1), st.integers(-(1 << 63), (1 << 63) - 1), st.integers(0, (1 << 64) - 1))


def cell_tiles(lines: list[tuple[int, int, int]]) -> CellTiles:
    tiles = CellTiles.empty()
    for line in lines:
        for column, number in zip(tiles, line, strict=True):
            column.append(number)
    return tiles


@given(lines=st.lists(LINES, max_size=30))
def test_what_was_packed_is_unpacked(lines: list[tuple[int, int, int]]) -> None:
    tiles = cell_tiles(lines)

    assert unpack(pack(tiles)) == tiles


def test_a_full_cell_of_alike_tiles_takes_less_than_a_byte_for_each() -> None:
    tiles = CellTiles(array("H", range(4096)), array("q", [1_700_000_000]) * 4096, array("Q", [180]) * 4096)

    assert len(pack(tiles)) < 4096


@pytest.mark.parametrize("damage", [lambda packed: packed[:-5], lambda packed: b"x" + packed, lambda _: b""])
def test_damaged_bytes_are_refused(damage: object) -> None:
    assert callable(damage)

    with pytest.raises(ValueError, match="damaged"):
        unpack(damage(pack(cell_tiles([(1, 2, 3)]))))


def test_a_column_that_is_cut_off_is_refused() -> None:

    with pytest.raises(ValueError, match="cut off"):
        unpack(zlib.compress(b"x" * 17))


def test_a_place_outside_the_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        unpack(pack(cell_tiles([(2 * 4096, 0, 0)])))


def test_what_is_not_even_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(7)  # type: ignore[arg-type]

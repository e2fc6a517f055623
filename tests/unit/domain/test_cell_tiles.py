"""The tiles of cells one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.cell_tiles import TilesByCell
from tilekeep.domain.ledger import CELL_SIDE, counted
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey

NUMBERS = st.integers(0, 1 << 22)
COORDS = st.builds(TileCoord, st.integers(0, 22), NUMBERS, NUMBERS)
KEYS = st.builds(TileKey, COORDS, st.just(()), st.sampled_from(["", "webp"]))
INFOS = st.builds(TileInfo, st.integers(-(1 << 40), 1 << 40).map(float), st.integers(0, 1 << 40), st.none(), st.none())


@given(listed=st.lists(st.tuples(KEYS, INFOS), max_size=20), width=st.sampled_from([1, 2, 8, 32]))
def test_what_was_noted_is_counted_as_the_listing_is(listed: list[tuple[TileKey, TileInfo]], width: int) -> None:
    noted = TilesByCell(100)

    passed = list(noted.noting(listed))

    assert passed == listed
    found = [square for cell, tiles in noted.cells.items() for square in tiles.counts(cell, width).items()]
    assert dict(found) == counted(listed, width)
    assert len(dict(found)) == len(found)


def test_of_too_many_none_is_noted_but_all_are_passed_on() -> None:
    listed = [(TileKey(TileCoord(9, CELL_SIDE * column, 0)), TileInfo(1e9, 1)) for column in range(4)]
    enough, too_few = TilesByCell(4), TilesByCell(3)

    assert len(list(enough.noting(listed))) == len(list(too_few.noting(listed))) == 4

    assert len(enough.cells) == 4
    assert too_few.cells == {}


def test_a_time_between_seconds_is_that_of_the_second_begun() -> None:
    noted = TilesByCell(1)
    key = TileKey(TileCoord(0, 0, 0))
    list(noted.noting([(key, TileInfo(1e9 + 0.75, 5))]))

    ((cell, tiles),) = noted.cells.items()

    (count,) = tiles.counts(cell, 1).values()
    assert (count.oldest, count.newest) == (1e9, 1e9)

"""The tiles of cells one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.cell_tiles import TilesByCell
from tilekeep.domain.ledger import CELL_SIDE, counted
from tilekeep.domain.level_squares import TileRange
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey

NUMBERS = st.integers(0, 1 << 22)
ALL = TileRange(range(1 << 23), range(1 << 23))
COORDS = st.builds(TileCoord, st.integers(0, 22), NUMBERS, NUMBERS)
KEYS = st.builds(TileKey, COORDS, st.just(()), st.sampled_from(["", "webp"]))
INFOS = st.builds(TileInfo, st.integers(-(1 << 40), 1 << 40).map(float), st.integers(0, 1 << 40), st.none(), st.none())


@given(listed=st.lists(st.tuples(KEYS, INFOS), max_size=20), width=st.sampled_from([1, 2, 8, 32]))
def test_what_was_noted_is_counted_as_the_listing_is(listed: list[tuple[TileKey, TileInfo]], width: int) -> None:
    noted = TilesByCell(100)

    passed = list(noted.noting(listed))

    assert passed == listed
    found = [square for cell, tiles in noted.cells.items() for square in tiles.in_squares(cell, width, ALL).items()]
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

    (count,) = tiles.in_squares(cell, 1, ALL).values()
    assert (count.oldest, count.newest) == (1e9, 1e9)


@given(
    places=st.sets(st.tuples(st.integers(60, 130), st.integers(60, 130)), max_size=40),
    width=st.sampled_from([1, 4, 32]),
    left=st.integers(60, 130),
    top=st.integers(60, 130),
    side=st.integers(1, 40),
)
def test_only_squares_that_reach_into_an_area_are_counted(
    places: set[tuple[int, int]], width: int, left: int, top: int, side: int
) -> None:
    listed = [(TileKey(TileCoord(9, *place)), TileInfo(1e9, 1)) for place in places]
    noted = TilesByCell(100)
    list(noted.noting(listed))
    area = TileRange(range(left, left + side), range(top, top + side))

    found = [square for cell, tiles in noted.cells.items() for square in tiles.in_squares(cell, width, area).items()]

    spans = [{number // width for number in span} for span in area]
    expected = {
        square: count
        for square, count in counted(listed, width).items()
        if square.column in spans[0] and square.row in spans[1]
    }
    assert dict(found) == expected


def test_tiles_agree_with_their_own_count_alone() -> None:
    key, info = TileKey(TileCoord(0, 0, 0)), TileInfo(1e9, 5)
    noted = TilesByCell(9)
    (count,) = counted(noted.noting([(key, info), (key._replace(variant="webp"), info)])).values()
    (tiles,) = noted.cells.values()

    assert tiles.agree_with(count)
    assert not tiles.agree_with(count._replace(tiles=2))
    assert not tiles.agree_with(count._replace(size=11))


@pytest.mark.parametrize("instant", [1e300, -1e300, float("inf")])
def test_a_time_that_nobody_could_have_meant_is_far_away(instant: float) -> None:
    noted = TilesByCell(9)

    list(noted.noting([(TileKey(TileCoord(0, 0, 0)), TileInfo(instant, 5))]))

    (tiles,) = noted.cells.values()
    assert abs(tiles.stored[0]) == 1 << 52

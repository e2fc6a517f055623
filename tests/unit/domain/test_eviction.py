"""Which tiles go when a cache holds too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.eviction import Quota, cells_to_evict
from tilekeep.domain.ledger import Amount, Cell, Count

NOW = 1_700_000_000.0
DAY = 86400.0

CELLS = st.builds(Cell, st.integers(3, 9), st.integers(0, 9), st.integers(0, 9))
COUNTS = st.builds(
    lambda tiles, size, age: Count(tiles, size, NOW - age, NOW - age, {}),
    st.integers(1, 4096),
    st.integers(1, 10**6),
    st.floats(0, 100 * DAY),
)


def count(size: int = 100, age: float = 10 * DAY) -> Count:
    return Count(1, size, NOW - age, NOW - age, {})


def test_what_was_not_used_for_longest_goes_first() -> None:
    old, older, oldest = Cell(9, 1, 0), Cell(9, 0, 0), Cell(9, 2, 0)
    cells = [(old, count(age=2 * DAY)), (older, count(age=3 * DAY)), (oldest, count(age=9 * DAY))]

    assert cells_to_evict(cells, {}, NOW, 150) == [oldest, older]


def test_a_use_makes_up_for_age() -> None:
    used, unused = Cell(9, 1, 0), Cell(9, 0, 0)
    cells = [(used, count(age=90 * DAY)), (unused, count(age=DAY))]

    assert cells_to_evict(cells, {used: NOW - 60.0}, NOW, 1) == [unused]


def test_of_cells_used_at_the_same_time_the_deeper_goes() -> None:
    coarse, fine = Cell(5, 0, 0), Cell(9, 0, 0)

    assert cells_to_evict([(coarse, count()), (fine, count())], {}, NOW, 1) == [fine]


@pytest.mark.parametrize(("days", "goes"), [(40, 9), (60, 5)])
def test_a_tile_four_levels_further_up_lives_five_times_as_long(days: int, goes: int) -> None:
    cells = [(Cell(5, 0, 0), count(age=days * DAY)), (Cell(9, 0, 0), count(age=10 * DAY))]

    assert cells_to_evict(cells, {}, NOW, 1)[0].z == goes


@given(st.dictionaries(CELLS, COUNTS), st.integers(0, 10**7))
def test_as_much_goes_as_has_to_and_no_cell_more(cells: dict[Cell, Count], excess: int) -> None:
    going = cells_to_evict(cells.items(), {}, NOW, excess)

    assert len(set(going)) == len(going)
    if sum(each.size for each in cells.values()) < excess:
        assert set(going) == set(cells)
    else:
        assert sum(cells[cell].size for cell in going) >= excess
        assert not going or sum(cells[cell].size for cell in going[:-1]) < excess


@pytest.mark.parametrize(
    ("held", "full", "excess"),
    [
        pytest.param(1000, False, 0, id="as-much-as-permitted"),
        pytest.param(1001, False, 101, id="a-byte-too-much-makes-room-for-some-time"),
        pytest.param(500, True, 50, id="a-full-disk-costs-a-tenth"),
        pytest.param(1, True, 1, id="of-one-byte-too"),
        pytest.param(0, True, 0, id="nothing-of-nothing"),
    ],
)
def test_a_quota_says_how_much_has_to_go(held: int, full: bool, excess: int) -> None:
    assert Quota(1000).excess(Amount(1, held), disk_is_full=full) == excess

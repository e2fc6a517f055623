"""Levels as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.level_text import levels_of_text


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("3", (3,)),
        ("3,5", (3, 5)),
        ("0-3", (0, 1, 2, 3)),
        ("7-9, 3", (3, 7, 8, 9)),
        ("7..9, 3 .. 4", (3, 4, 7, 8, 9)),
        ("1...3", None),
        ("97-", (97, 98, 99)),
        ("5-4", None),
        ("", None),
        ("3,", None),
        ("-3", None),
        ("a", None),
        ("100", None),
        ("٣", None),
    ],
)
def test_levels_are_numbers_and_ranges(text: str, levels: tuple[int, ...] | None) -> None:
    assert levels_of_text(text) == levels


@given(levels=st.sets(st.integers(0, 99), min_size=1))
def test_any_levels_can_be_written(levels: set[int]) -> None:
    assert levels_of_text(",".join(map(str, levels))) == tuple(sorted(levels))


@given(text=st.text(alphabet="0123456789-, ", max_size=12))
def test_any_text_is_levels_or_nothing(text: str) -> None:
    levels = levels_of_text(text)

    assert levels is None or (levels == tuple(sorted(set(levels))) and 0 <= levels[0] and levels[-1] <= 99)

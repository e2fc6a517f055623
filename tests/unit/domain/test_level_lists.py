"""Levels as people list them."""

from __future__ import annotations

import pytest

from tilekeep.domain.level_lists import listed_levels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", (3,)),
        ("1,2,3,6", (1, 2, 3, 6)),
        ("1..4", (1, 2, 3, 4)),
        ("1..3, 8, 2, 13 .. 14", (1, 2, 3, 8, 13, 14)),
    ],
)
def test_single_levels_and_ranges_may_be_mixed(text: str, expected: tuple[int, ...]) -> None:
    assert listed_levels(text) == expected


@pytest.mark.parametrize("text", ["", "a", "1..", "3..1", "-1", "1,,2", "1.5", "0..1000000000"])
def test_what_is_no_level_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="level"):
        listed_levels(text)

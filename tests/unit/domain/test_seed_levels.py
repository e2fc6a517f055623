"""Levels of seeding and cleaning up, as lists, ranges and resolutions (spec/seed.md, 1.5)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.seed_levels import FromTo, levels_of_resolutions, selected_levels

ALL = tuple(range(WEBMERCATOR.levels))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (None, ALL),
        ([3, 1, 3], (1, 3)),
        ([0, 99, -1], (0,)),
        ([99], ()),
        (FromTo(2, 4), (2, 3, 4)),
        (FromTo(None, 2), (0, 1, 2)),
        (FromTo(WEBMERCATOR.levels - 2, None), ALL[-2:]),
        (FromTo(WEBMERCATOR.levels - 2, 99), ALL[-2:]),
        (FromTo(4, 2), ()),
    ],
)
def test_levels_are_chosen_one_by_one_or_from_one_to_another(
    levels: Sequence[int] | FromTo | None, expected: tuple[int, ...]
) -> None:
    assert selected_levels(levels, WEBMERCATOR) == expected


@pytest.mark.parametrize(
    ("resolutions", "expected"),
    [
        ([160000, 39135], (0, 2)),
        ([78271, 78272], (1,)),
        (FromTo(78271.6, 19568.0), (1, 2, 3)),
        (FromTo(None, 78271.6), (0, 1)),
        (FromTo(19568.0, 78271.6), ()),
    ],
)
def test_levels_are_those_closest_to_resolutions(
    resolutions: Sequence[float] | FromTo, expected: tuple[int, ...]
) -> None:
    assert levels_of_resolutions(resolutions, WEBMERCATOR) == expected

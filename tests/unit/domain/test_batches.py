"""Many things come some at a time."""

from __future__ import annotations

from itertools import count

import pytest

from tilekeep.domain.batches import batches


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(0, [], id="nothing"),
        pytest.param(4, [[0, 1], [2, 3]], id="it-comes-out-even"),
        pytest.param(5, [[0, 1], [2, 3], [4]], id="the-last-has-what-is-left"),
    ],
)
def test_batches_have_all_items_in_their_order(number: int, expected: list[list[int]]) -> None:
    assert list(batches(range(number), 2)) == expected


def test_items_are_taken_when_they_are_wanted() -> None:
    endless = count()

    first = next(batches(endless, 3))

    assert (first, next(endless)) == ([0, 1, 2], 3)

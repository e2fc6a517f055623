"""An estimate is what a sample came to, for as many tiles as there are."""

from __future__ import annotations

import pytest

from tilekeep.domain.seed_counts import LevelCount
from tilekeep.domain.seed_estimate import Sampled, estimated

COUNTS = [LevelCount(0, 1, 1, is_exact=True), LevelCount(9, 1000, 100, is_exact=False)]


def test_each_level_goes_by_its_own_sample() -> None:
    estimate = estimated(COUNTS, [Sampled(0, 1, 1, 0.5, 1, 300, 2.0), Sampled(9, 100, 50, 1.0, 10, 1000, 4.0, 1)])

    assert (estimate.tiles, estimate.wanted, estimate.bytes) == (1001, 1 + 500, 300 + 500 * 100)
    assert estimate.seconds(1) == pytest.approx((0.5 + 2.0) + (10.0 + 500 * 0.4))
    assert estimate.seconds(4) == pytest.approx(estimate.seconds(1) / 4)
    assert estimate.sample == Sampled(-1, 101, 51, 1.5, 11, 1300, 6.0, 1)


def test_a_level_without_sample_goes_by_the_others() -> None:
    estimate = estimated(COUNTS, [Sampled(0, 4, 2, 0.0, 2, 600, 1.0)])

    assert [(level.wanted, level.bytes, level.seconds) for level in estimate.levels] == [
        (round(0.5), 150, 0.25),
        (500, 150_000, 250.0),
    ]


def test_without_anything_made_nothing_is_said_to_be_measured() -> None:
    assert not estimated(COUNTS, [Sampled(9, 100, 50, failed=3)]).is_measured
    assert not estimated(COUNTS, []).is_measured

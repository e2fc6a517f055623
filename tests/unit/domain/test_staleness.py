"""One policy says whether a stored tile is still good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.staleness import KEEP_FOR_EVER, MARKED_STALE, FixedLimit, RelativeLimit, StalenessPolicy, Verdict
from tilekeep.domain.tile import TileInfo

NOW = 1_700_000_000.0


def stored(at: float) -> TileInfo:
    return TileInfo(stored_at=at, size=1)


@pytest.mark.parametrize(
    ("policy", "stored_at", "expected"),
    [
        pytest.param(KEEP_FOR_EVER, 1.0, Verdict.FRESH, id="without-a-limit-tiles-are-good-for-ever"),
        pytest.param(KEEP_FOR_EVER, MARKED_STALE, Verdict.STALE, id="unless-they-are-marked"),
        pytest.param(StalenessPolicy(RelativeLimit(60), 10), MARKED_STALE, Verdict.STALE, id="marked-is-not-expired"),
        pytest.param(StalenessPolicy(FixedLimit(NOW)), NOW + 1, Verdict.FRESH, id="stored-after-the-instant"),
        pytest.param(StalenessPolicy(FixedLimit(NOW)), NOW, Verdict.STALE, id="stored-at-the-instant"),
        pytest.param(StalenessPolicy(FixedLimit(NOW)), NOW + 0.9, Verdict.STALE, id="the-second-of-storage-counts"),
        pytest.param(StalenessPolicy(RelativeLimit(60)), NOW - 59, Verdict.FRESH, id="younger-than-the-age"),
        pytest.param(StalenessPolicy(RelativeLimit(60)), NOW - 60, Verdict.STALE, id="as-old-as-the-age"),
        pytest.param(StalenessPolicy(RelativeLimit(60), 10), NOW - 70, Verdict.STALE, id="within-the-stale-time"),
        pytest.param(StalenessPolicy(RelativeLimit(60), 10), NOW - 71, Verdict.EXPIRED, id="beyond-the-stale-time"),
    ],
)
def test_a_tile_is_judged_by_the_time_it_was_stored(
    policy: StalenessPolicy, stored_at: float, expected: Verdict
) -> None:
    verdict = policy.judge(stored(stored_at), NOW)

    assert expected is verdict


def test_a_tile_that_is_not_stored_is_missing_whatever_the_limit() -> None:
    assert Verdict.MISSING is KEEP_FOR_EVER.judge(None, NOW)
    assert Verdict.MISSING is StalenessPolicy(RelativeLimit(1)).judge(None, NOW)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Verdict.FRESH, True), (Verdict.STALE, True), (Verdict.EXPIRED, False), (Verdict.MISSING, False)],
)
def test_only_fresh_and_stale_tiles_may_be_shown(verdict: Verdict, expected: bool) -> None:
    assert expected is KEEP_FOR_EVER.may_show(verdict)


@given(
    older=st.floats(1, 2e9), younger=st.floats(1, 2e9), age=st.floats(0, 1e9), max_stale=st.none() | st.floats(0, 1e9)
)
def test_an_older_tile_is_never_in_better_shape_than_a_younger_one(
    older: float, younger: float, age: float, max_stale: float | None
) -> None:
    order = [Verdict.FRESH, Verdict.STALE, Verdict.EXPIRED]
    policy = StalenessPolicy(RelativeLimit(age), max_stale)
    first, second = sorted((older, younger))

    ranks = [order.index(policy.judge(stored(at), NOW)) for at in (first, second)]

    assert ranks[0] >= ranks[1]

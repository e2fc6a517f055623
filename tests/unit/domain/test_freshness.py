"""How many tiles of a count are fresh."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.freshness import Freshness, freshness
from tilekeep.domain.ledger import DAY_SECONDS, Cell, Count, counted
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy, Verdict
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey

NOON = 100.5 * DAY_SECONDS


def count_of(*stored_at: float) -> Count:
    tiles = [(TileKey(TileCoord(9, number, 0)), TileInfo(at, 10)) for number, at in enumerate(stored_at)]
    return counted(tiles)[Cell(9, 0, 0)]


@pytest.mark.parametrize(
    ("stored_at", "limit", "expected"),
    [
        pytest.param([NOON, NOON], None, Freshness(2, 0), id="nothing makes tiles stale"),
        pytest.param([0.0, NOON], None, Freshness(1, 1), id="marked ones are stale all the same"),
        pytest.param([NOON - DAY_SECONDS, NOON], NOON - DAY_SECONDS / 4, Freshness(0, 1, 1), id="the day of the limit"),
        pytest.param([NOON - 1, NOON], NOON + 1, Freshness(0, 2), id="all before the limit"),
        pytest.param([NOON + 1, NOON + 2], NOON, Freshness(2, 0), id="all after the limit"),
        pytest.param([0.0, NOON + DAY_SECONDS], NOON, Freshness(1, 1), id="marked and new"),
        pytest.param([NOON], math.inf, Freshness(0, 1), id="nothing is ever fresh"),
        pytest.param([0.0, 1.0 * DAY_SECONDS], -5.0, Freshness(1, 1), id="a limit before all time"),
    ],
)
def test_tiles_are_told_apart_by_day(stored_at: list[float], limit: float | None, expected: Freshness) -> None:
    found = freshness(count_of(*stored_at), limit)

    assert (found.fresh, found.stale, found.turning) == expected


@given(
    st.lists(st.integers(0, 400 * DAY_SECONDS), min_size=1, max_size=30), st.integers(DAY_SECONDS, 400 * DAY_SECONDS)
)
def test_no_tile_is_said_to_be_what_the_policy_does_not_say(stored_at: list[int], limit: int) -> None:
    """The policy compares whole seconds, so that times are whole seconds here."""
    policy = StalenessPolicy(FixedLimit(limit))
    stale = sum(policy.judge(TileInfo(at, 10), limit) is Verdict.STALE for at in stored_at)

    found = freshness(count_of(*stored_at), limit)

    assert sum(found) == len(stored_at)
    assert found.stale <= stale <= found.stale + found.turning

"""What is said of the origin of something made of parts."""

from __future__ import annotations

from itertools import permutations

import pytest

from tilekeep.domain.tile_state import TileState, most_telling

HIT, STALE, REFRESHED, MISS = TileState.HIT, TileState.STALE, TileState.REFRESHED, TileState.MISS


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        pytest.param([], HIT, id="nothing was asked for nothing"),
        pytest.param([HIT, HIT], HIT, id="all good"),
        pytest.param([HIT, REFRESHED], REFRESHED, id="one made anew"),
        pytest.param([REFRESHED, MISS, HIT], MISS, id="one made now"),
        pytest.param([HIT, REFRESHED, STALE, MISS], STALE, id="one that is old"),
    ],
)
def test_the_most_telling_state_is_that_of_the_whole(parts: list[TileState], whole: TileState) -> None:
    assert {most_telling(order) for order in permutations(parts)} == {whole}

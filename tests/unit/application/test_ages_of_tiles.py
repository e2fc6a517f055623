"""Where clients are told, answers say how long a tile stays fresh and how long it may be shown after that."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.unit.application.kitchen import FAILURE_SECONDS, Kitchen
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceUnreachable
from tilekeep.domain.map_query import Blank, Fetched, NotModified
from tilekeep.domain.staleness import KEEP_FOR_EVER, FixedLimit, RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey, Validators
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.map_source import MapSource

COORD = TileCoord(2, 1, 1)
KEY = TileKey(COORD)
META = Fetched(image(512, 512), "image/png")
HOUR, DAY = 3600.0, 86400.0
AN_HOUR = StalenessPolicy(RelativeLimit(HOUR))


def kitchen(source: MapSource, policy: StalenessPolicy = AN_HOUR, *, age: float | None = None) -> Kitchen:
    made = Kitchen(source, policy=policy, tells_age=True)
    if age is not None:
        for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
            made.store.put(TileKey(TileCoord(2, x, y)), b"old", made.clock.now() - age, Validators('"v1"'))
    return made


@pytest.mark.parametrize("several", [False, True], ids=["one tile", "several"])
def test_a_stored_tile_is_good_until_it_is_stale(several: bool) -> None:
    made = kitchen(FakeMapSource(META), age=1000.0)

    answer = made.get_tile.many([KEY], Purpose.SERVE, NO_DEADLINE)[0] if several else made.get(COORD)

    assert (answer.state, answer.good_for, answer.stale_for) == (TileState.HIT, 2600.0, DAY)


def test_a_new_tile_is_good_for_the_whole_time() -> None:
    answer = kitchen(FakeMapSource(META)).get(COORD)

    assert (answer.state, answer.good_for, answer.stale_for) == (TileState.MISS, HOUR, DAY)


def test_a_confirmed_tile_is_good_for_the_whole_time_again() -> None:
    answer = kitchen(FakeMapSource(NotModified()), age=2 * HOUR).get(COORD)

    assert (answer.state, answer.good_for, answer.stale_for) == (TileState.REFRESHED, HOUR, DAY)


def test_a_stale_tile_may_be_shown_for_as_long_as_the_cache_shows_it() -> None:
    policy = StalenessPolicy(RelativeLimit(HOUR), max_stale_seconds=2 * HOUR)

    answer = kitchen(FakeMapSource(SourceUnreachable("down")), policy, age=2 * HOUR).get(COORD)

    assert (answer.state, answer.fresh_for, answer.stale_for) == (
        TileState.STALE,
        FAILURE_SECONDS,
        HOUR - FAILURE_SECONDS,
    )


def test_nobody_shows_a_tile_for_longer_than_the_cache_does() -> None:
    policy = StalenessPolicy(RelativeLimit(HOUR), max_stale_seconds=HOUR)

    answer = kitchen(FakeMapSource(SourceUnreachable("down")), policy, age=2 * HOUR - 2.0).get(COORD)

    assert (answer.state, answer.fresh_for, answer.stale_for) == (TileState.STALE, 2.0, 0.0)


def test_an_old_tile_of_a_place_where_the_source_has_nothing_any_more_is_asked_for_again_soon() -> None:
    answer = kitchen(FakeMapSource(Blank()), age=2 * HOUR).get(COORD)

    assert (answer.state, answer.fresh_for) == (TileState.STALE, FAILURE_SECONDS)


def test_a_fixed_limit_says_nothing_of_when_a_tile_will_be_stale() -> None:
    answer = kitchen(FakeMapSource(META), StalenessPolicy(FixedLimit(1000.0)), age=10.0).get(COORD)

    assert (answer.state, answer.good_for, answer.stale_for) == (TileState.HIT, None, DAY)


def test_tiles_that_are_kept_for_ever_have_no_such_time() -> None:
    answer = kitchen(FakeMapSource(META), KEEP_FOR_EVER, age=10.0).get(COORD)

    assert (answer.fresh_for, answer.good_for, answer.stale_for) == (None, None, None)

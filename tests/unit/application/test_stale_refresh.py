"""Stale tiles are shown while they are made anew, once for all who ask meanwhile."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.unit.application.kitchen import FAILURE_SECONDS, Kitchen, queries_of
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceUnreachable
from tilekeep.domain.lock_names import tile_lock_name
from tilekeep.domain.map_query import Fetched
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

COORD = TileCoord(2, 1, 1)
BLOCK = [TileKey(TileCoord(2, x, y)) for x in (0, 1) for y in (0, 1)]
KEY = TileKey(COORD)
META = Fetched(image(512, 512), "image/png")
UNREACHABLE = SourceUnreachable("nobody there")
AN_HOUR = StalenessPolicy(RelativeLimit(3600), max_stale_seconds=7200)


def stale_kitchen(source: FakeMapSource, *, patience_seconds: float = 0.0, age: float = 7200) -> Kitchen:
    """A cache whose block around :data:`COORD` is so many seconds old; what is older than an hour is stale."""
    kitchen = Kitchen(source, policy=AN_HOUR, patience_seconds=patience_seconds)
    for key in BLOCK:
        kitchen.store.put(key, b"old", kitchen.clock.now() - age)
    return kitchen


def shown(answer: TileAnswer) -> tuple[object, TileState]:
    return None if answer.tile is None else answer.tile.body, answer.state


class TestInTheBackground:
    """With no patience the old tile is the answer, and nothing else is done for it."""

    def test_the_old_tile_is_shown_at_once_for_a_short_time(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)

        answer = kitchen.get(COORD)

        assert shown(answer) == (b"old", TileState.STALE)
        assert answer.fresh_for == FAILURE_SECONDS
        assert (queries_of(source), kitchen.locks.history) == (0, [])

    def test_it_costs_one_look_into_the_store(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(META))

        kitchen.get(COORD)

        assert kitchen.store.reads == [KEY]

    def test_the_new_tile_is_there_when_it_has_been_made(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)
        kitchen.get(COORD)

        kitchen.background.run()

        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.HIT)
        assert source.purposes == [Purpose.REFRESH]

    def test_a_block_is_made_once_however_many_ask_for_its_tiles(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)

        for key in BLOCK * 3:
            kitchen.get(key.coord)

        assert len(kitchen.background.jobs) == 1

    def test_a_source_that_fails_is_left_alone_for_a_while(self) -> None:
        source = FakeMapSource(UNREACHABLE, META)
        kitchen = stale_kitchen(source)
        kitchen.get(COORD)
        kitchen.background.run()

        again = kitchen.get(COORD)

        assert shown(again) == (b"old", TileState.STALE)
        assert kitchen.background.jobs == {}
        kitchen.clock.advance(FAILURE_SECONDS)
        kitchen.get(COORD)
        kitchen.background.run()
        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.HIT)

    def test_a_block_that_another_process_is_making_is_not_waited_for(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)
        kitchen.locks.held.add(tile_lock_name("cache", kitchen.planner.plan_for(COORD).main))
        kitchen.get(COORD)

        kitchen.background.run()

        assert queries_of(source) == 0

    def test_a_block_whose_maker_dies_is_made_when_his_lock_has_ended(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)
        lock_name = tile_lock_name("cache", kitchen.planner.plan_for(COORD).main)
        kitchen.locks.held.add(lock_name)
        kitchen.get(COORD)
        kitchen.background.run()
        kitchen.locks.held.discard(lock_name)

        kitchen.get(COORD)
        assert kitchen.background.jobs == {}, "a moment later nobody looks again"
        kitchen.clock.advance(1.0)
        kitchen.get(COORD)
        kitchen.background.run()

        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.HIT)

    def test_without_any_lock_it_is_made_all_the_same(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)
        kitchen.locks.unavailable = "read-only"
        kitchen.get(COORD)

        kitchen.background.run()

        assert queries_of(source) == 1

    def test_too_many_jobs_change_nothing_for_the_client(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(META))
        kitchen.background.full = True

        assert shown(kitchen.get(COORD)) == (b"old", TileState.STALE)

    def test_maps_show_old_tiles_too(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source)

        answers = kitchen.get_tile.many(BLOCK, Purpose.SERVE, NO_DEADLINE)

        assert {shown(answer) for answer in answers} == {(b"old", TileState.STALE)}
        assert queries_of(source) == 0


class TestWhoHasToWait:
    """Where there is no old tile that may be shown, or nobody who needs an answer at once."""

    def test_a_missing_tile_is_waited_for(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), policy=AN_HOUR, patience_seconds=0)

        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.MISS)

    def test_a_tile_that_is_too_old_to_be_shown_is_waited_for(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(META), age=3600 + 7200 + 1)

        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.REFRESHED)

    def test_a_tile_that_is_too_old_does_not_stand_in_for_a_failing_source(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(UNREACHABLE), age=3600 + 7200 + 1)

        with pytest.raises(SourceUnreachable):
            kitchen.get(COORD)

    def test_seeding_makes_tiles_itself(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(META))

        answer = kitchen.get_tile(KEY, Purpose.SEED, NO_DEADLINE)

        assert shown(answer) == (b"map@256,256", TileState.REFRESHED)


class TestWithPatience:
    """A deadline gives the source some time before the old tile is shown."""

    def test_a_source_that_is_quick_enough_gives_the_answer(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(META), patience_seconds=1)
        kitchen.background.at_once = True

        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.REFRESHED)

    def test_a_slow_source_is_not_waited_for_longer(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source, patience_seconds=0.001)

        assert shown(kitchen.get(COORD)) == (b"old", TileState.STALE)
        kitchen.background.run()
        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.HIT)
        assert source.purposes == [Purpose.SERVE]

    def test_a_failing_source_is_answered_with_the_old_tile(self) -> None:
        kitchen = stale_kitchen(FakeMapSource(UNREACHABLE), patience_seconds=1)
        kitchen.background.at_once = True

        assert shown(kitchen.get(COORD)) == (b"old", TileState.STALE)

    def test_a_server_without_threads_waits_for_nothing(self) -> None:
        source = FakeMapSource(META)
        kitchen = stale_kitchen(source, patience_seconds=1)
        kitchen.background.beside = False

        assert shown(kitchen.get(COORD)) == (b"old", TileState.STALE)
        kitchen.background.run()
        assert shown(kitchen.get(COORD)) == (b"map@256,256", TileState.HIT)


def test_no_more_blocks_are_remembered_than_necessary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tilekeep.application.stale_refresh._MOST_REMEMBERED", 3)
    source = FakeMapSource(UNREACHABLE)
    kitchen = Kitchen(source, policy=AN_HOUR, patience_seconds=0)
    kitchen.background.at_once = True
    coords = [TileCoord(4, 2 * place, 0) for place in range(8)]
    for coord in coords:
        kitchen.store.put(TileKey(coord), b"old", kitchen.clock.now() - 7200)

    for coord in coords:
        kitchen.clock.advance(1)
        kitchen.get(coord)
    kitchen.get(coords[-1])

    assert queries_of(source) == len(coords)


@pytest.mark.parametrize("patience", [None, 0.0], ids=["waiting", "in the background"])
def test_a_source_that_is_down_for_ten_minutes_costs_one_request_in_a_while_and_answers_nothing_else(
    patience: float | None,
) -> None:
    source = FakeMapSource(UNREACHABLE)
    kitchen = Kitchen(source, policy=AN_HOUR, patience_seconds=patience)
    kitchen.background.at_once = True
    for key in BLOCK:
        kitchen.store.put(key, b"old", kitchen.clock.now() - 7200)

    states = set()
    for _ in range(600):
        states.add(kitchen.get(COORD).state)
        kitchen.clock.advance(1)

    assert states == {TileState.STALE}
    assert queries_of(source) == 600 / FAILURE_SECONDS
    assert len(kitchen.locks.history) == queries_of(source), "locks are taken by those who ask the source alone"
    assert len(kitchen.store.reads) == 600

"""A client gets the best tile there is: a fresh one, a new one, or the old one while the source fails."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.unit.application.kitchen import FAILURE_SECONDS, Kitchen, queries_of
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.application.tile_maker import InStore, Outcome, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceStatusError, SourceUnreachable, StoreError
from tilekeep.domain.map_query import Blank, Fetched, NotModified
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey, Validators
from tilekeep.domain.tile_state import TileState

COORD = TileCoord(2, 1, 1)
KEY = TileKey(COORD)
META = Fetched(image(512, 512), "image/png")
AN_HOUR = StalenessPolicy(RelativeLimit(3600))


def body(answer: TileAnswer) -> object:
    return None if answer.tile is None else answer.tile.body


def test_a_fresh_tile_is_delivered_without_asking_the_source() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    kitchen.store.put(KEY, b"stored", kitchen.clock.now())

    answer = kitchen.get(COORD)

    assert (b"stored", TileState.HIT) == (body(answer), answer.state)
    assert queries_of(source) == 0


def test_a_missing_tile_is_made() -> None:
    kitchen = Kitchen(FakeMapSource(META))

    answer = kitchen.get(COORD)

    assert (b"map@256,256", TileState.MISS) == (body(answer), answer.state)


def test_a_stale_tile_is_made_anew() -> None:
    kitchen = Kitchen(FakeMapSource(META), policy=AN_HOUR)
    kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)

    answer = kitchen.get(COORD)

    assert (b"map@256,256", TileState.REFRESHED) == (body(answer), answer.state)


def test_a_confirmed_tile_is_delivered_from_the_store_with_its_new_time() -> None:
    kitchen = Kitchen(FakeMapSource(NotModified()), policy=AN_HOUR)
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kitchen.store.put(TileKey(TileCoord(2, x, y)), b"old", kitchen.clock.now() - 7200, Validators('"v1"'))

    answer = kitchen.get(COORD)

    assert (b"old", TileState.REFRESHED) == (body(answer), answer.state)
    assert answer.tile is not None
    assert kitchen.clock.now() == answer.tile.info.stored_at


class TestFailingSource:
    """The old tile is the answer, for as long as the source is not asked again."""

    def test_a_stale_tile_stands_in(self) -> None:
        kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")), policy=AN_HOUR)
        kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)

        answer = kitchen.get(COORD)

        assert (b"old", TileState.STALE) == (body(answer), answer.state)
        assert answer.fresh_for == FAILURE_SECONDS

    def test_clients_are_told_when_the_source_said_to_come_back(self) -> None:
        kitchen = Kitchen(FakeMapSource(SourceStatusError("busy", status=503, retry_after=30)), policy=AN_HOUR)
        kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)

        assert kitchen.get(COORD).fresh_for == 30

    def test_a_stale_tile_stands_in_again_without_asking_again(self) -> None:
        source = FakeMapSource(SourceUnreachable("down"))
        kitchen = Kitchen(source, policy=AN_HOUR)
        kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)

        answers = [kitchen.get(COORD).state for _ in range(3)]

        assert [TileState.STALE] * 3 == answers
        assert queries_of(source) == 1

    def test_an_expired_tile_does_not_stand_in(self) -> None:
        policy = StalenessPolicy(RelativeLimit(3600), max_stale_seconds=60)
        kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")), policy=policy)
        kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)

        with pytest.raises(SourceUnreachable):
            kitchen.get(COORD)

    def test_without_an_old_tile_the_failure_is_the_answer(self) -> None:
        kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")))

        with pytest.raises(SourceUnreachable):
            kitchen.get(COORD)

    def test_a_stale_tile_stands_in_while_another_process_does_not_finish(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), policy=AN_HOUR)
        kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)
        kitchen.locks.held.add("cache-0-0-2.lck")

        answer = kitchen.get_tile(KEY, Purpose.SERVE, Deadline(kitchen.clock.monotonic()))

        assert (b"old", TileState.STALE) == (body(answer), answer.state)


def test_a_blank_source_gives_the_old_tile_or_nothing() -> None:
    kitchen = Kitchen(FakeMapSource(Blank()), policy=AN_HOUR)

    empty = kitchen.get(COORD)
    kitchen.store.put(KEY, b"old", kitchen.clock.now() - 7200)
    old = kitchen.get(COORD)

    assert (None, TileState.MISS) == (body(empty), empty.state)
    assert (b"old", TileState.STALE) == (body(old), old.state)


class TestStorageOnly:
    """A cache without sources delivers what it has, however old."""

    def test_what_is_stored_is_delivered_whatever_its_age(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), policy=AN_HOUR, storage_only=True)
        kitchen.store.put(KEY, b"old", 0.0)

        answer = kitchen.get(COORD)

        assert (b"old", TileState.HIT) == (body(answer), answer.state)

    def test_what_is_not_stored_is_empty(self) -> None:
        assert body(Kitchen(FakeMapSource(META), storage_only=True).get(COORD)) is None

    def test_a_broken_store_is_an_error(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), storage_only=True)
        kitchen.store.failure = "disk gone"

        with pytest.raises(StoreError):
            kitchen.get(COORD)


def test_a_store_that_cannot_be_read_costs_an_upstream_request_and_no_more() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    kitchen.store.failure = "disk gone"

    assert body(kitchen.get(COORD)) == b"map@256,256"


def test_outside_the_region_of_the_cache_tiles_are_empty_even_if_stored() -> None:
    inside = WEBMERCATOR.tile_bbox(TileCoord(2, 3, 3))
    source = FakeMapSource(META)
    kitchen = Kitchen(source, region=BoxRegion(inside))
    kitchen.store.put(KEY, b"stored", kitchen.clock.now())

    answer = kitchen.get(COORD)

    assert answer.tile is None
    assert queries_of(source) == 0


def test_a_tile_that_vanishes_again_and_again_is_not_kept_by_clients() -> None:
    class VanishingMaker:
        def make(self, block: WantedBlock, deadline: Deadline) -> dict[TileKey, Outcome]:
            return dict.fromkeys(block.keys, InStore())

    kitchen = Kitchen(FakeMapSource(META))
    kitchen.get_tile._maker = VanishingMaker()

    answer = kitchen.get(COORD)

    assert (None, False) == (answer.tile, answer.storable)


def test_the_tile_in_hand_is_the_answer_when_the_renewed_one_cannot_be_read() -> None:
    kitchen = Kitchen(FakeMapSource(NotModified()), policy=AN_HOUR)
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kitchen.store.put(TileKey(TileCoord(2, x, y)), b"old", kitchen.clock.now() - 7200, Validators('"v1"'))
    old = kitchen.store.tiles[KEY]

    def fail() -> None:
        raise StoreError("disk gone")

    reads = iter([lambda: old, fail])
    kitchen.get_tile._read = lambda _key, _deadline: next(reads)()

    assert body(kitchen.get(COORD)) == b"old"


def test_what_the_store_has_but_cannot_give_is_made_anew() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kitchen.store.put(TileKey(TileCoord(2, x, y)), b"unreadable", kitchen.clock.now())

    def unreadable(key: TileKey, deadline: Deadline) -> None:
        raise StoreError("permission denied")

    kitchen.get_tile._read = unreadable

    answer = kitchen.get(COORD)

    assert (b"map@256,256", True) == (body(answer), answer.storable)
    assert queries_of(source) == 1


def test_a_variant_is_made_and_stored_as_such() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    key = KEY._replace(variant="hq", dimensions=(("time", "2024"),))

    answer = kitchen.get_tile(key, Purpose.SERVE, NO_DEADLINE)

    assert body(answer) == b"map@256,256"
    assert key in kitchen.store.tiles
    assert ("hq", (("time", "2024"),)) == (source.queries[0].variant, source.queries[0].dimensions)

"""Several tiles at once are what they are one by one, with fewer round trips and no block made twice."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextRaster, image
from tests.unit.application.kitchen import Kitchen, queries_of
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceUnreachable, StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.map_query import Blank, Drawn, Fetched
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

ALL_OF_LEVEL_2 = [TileKey(TileCoord(2, x, y)) for y in range(4) for x in range(4)]
BLOCK = [TileKey(TileCoord(2, x, y)) for y in (0, 1) for x in (0, 1)]
META = Fetched(image(512, 512), "image/png")
AN_HOUR = StalenessPolicy(RelativeLimit(3600))


def many(kitchen: Kitchen, keys: list[TileKey]) -> list[TileAnswer]:
    return kitchen.get_tile.many(keys, Purpose.SERVE, NO_DEADLINE)


def bodies(answers: list[TileAnswer]) -> list[object]:
    return [None if answer.tile is None else answer.tile.body for answer in answers]


def test_stored_tiles_come_in_the_order_of_their_keys() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    for key in BLOCK:
        kitchen.store.put(key, f"{key.coord.x} {key.coord.y}".encode(), kitchen.clock.now())

    answers = many(kitchen, BLOCK[::-1])

    assert [b"1 1", b"0 1", b"1 0", b"0 0"] == bodies(answers)
    assert {TileState.HIT} == {answer.state for answer in answers}


def test_each_block_is_asked_for_once() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)

    answers = many(kitchen, ALL_OF_LEVEL_2)

    assert 4 == queries_of(source)
    assert all(answer.tile is not None for answer in answers)
    assert set(ALL_OF_LEVEL_2) == set(kitchen.store.tiles)


def test_no_keys_are_no_tiles() -> None:
    assert [] == many(Kitchen(FakeMapSource(META)), [])


def test_fresh_tiles_are_not_made_with_the_missing_ones_of_another_block() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    for key in BLOCK:
        kitchen.store.put(key, b"stored", kitchen.clock.now())

    answers = many(kitchen, [*BLOCK, TileKey(TileCoord(2, 2, 2))])

    assert [b"stored"] * 4 == bodies(answers)[:4]
    assert 1 == queries_of(source)


def test_stale_tiles_stand_in_while_the_source_fails() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")), policy=AN_HOUR)
    for key in BLOCK:
        kitchen.store.put(key, b"old", kitchen.clock.now() - 7200)

    answers = many(kitchen, BLOCK)

    assert [(b"old", TileState.STALE)] * 4 == list(zip(bodies(answers), (a.state for a in answers), strict=True))


def test_one_tile_without_an_old_one_fails_them_all_while_the_source_fails() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")), policy=AN_HOUR)
    kitchen.store.put(BLOCK[0], b"old", kitchen.clock.now() - 7200)

    with pytest.raises(SourceUnreachable):
        many(kitchen, BLOCK)


def test_tiles_outside_the_region_are_empty_even_if_stored() -> None:
    western = BoxRegion(BBox(-20037508.0, -20037508.0, -100.0, 20037508.0))
    kitchen = Kitchen(FakeMapSource(META), region=western)
    kitchen.store.put(TileKey(TileCoord(2, 3, 0)), b"stored", kitchen.clock.now())

    inside, outside = many(kitchen, [TileKey(TileCoord(2, 0, 0)), TileKey(TileCoord(2, 3, 0))])

    assert inside.tile is not None
    assert TileAnswer(None, TileState.HIT) == outside


def test_what_the_source_has_nothing_for_is_empty_and_not_to_be_kept() -> None:
    answers = many(Kitchen(FakeMapSource(Blank())), BLOCK)

    assert [None] * 4 == bodies(answers)
    assert {TileState.MISS} == {answer.state for answer in answers}


class TestStorageOnly:
    """A cache without sources gives what it has."""

    def test_old_tiles_are_delivered_and_missing_ones_are_empty(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), policy=AN_HOUR, storage_only=True)
        kitchen.store.put(BLOCK[0], b"old", 0.5)

        answers = many(kitchen, BLOCK[:2])

        assert [b"old", None] == bodies(answers)

    def test_a_store_that_cannot_be_read_is_an_error(self) -> None:
        kitchen = Kitchen(FakeMapSource(META), storage_only=True)
        kitchen.store.failure = "disk on fire"

        with pytest.raises(StoreError):
            many(kitchen, BLOCK)


class TestTilesMadeOfStaleOnes:
    """What was drawn from stale or broken parts is delivered, and asked for again: it is never stored as new."""

    def test_it_is_delivered_with_its_limits_and_not_stored(self) -> None:
        kitchen = Kitchen(FakeMapSource(lambda query: Drawn(TextRaster(query.size, "map"), fresh_for=7.0)))

        answers = many(kitchen, BLOCK)

        assert [7.0] * 4 == [answer.fresh_for for answer in answers]
        assert {} == kitchen.store.tiles

    def test_what_may_not_be_kept_says_so(self) -> None:
        kitchen = Kitchen(FakeMapSource(lambda query: Drawn(TextRaster(query.size, "map"), may_be_kept=False)))

        answers = many(kitchen, BLOCK)

        assert [False] * 4 == [answer.storable for answer in answers]
        assert {} == kitchen.store.tiles

"""Tiers: copies in front of the last store, which is the truth."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.contract.tile_store_suite import AT, KEY, LATER, MISSING, OTHER, VALIDATORS, new, png
from tests.fakes.clock import FakeClock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.adapters.storage.tiers.fast_tier import PAUSE_SECONDS
from tilekeep.adapters.storage.tiers.known_infos import KnownInfos
from tilekeep.adapters.storage.tiers.store import FastStore, TieredTileStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import FileSlice, StoredTile, TileInfo, TileKey, TileSet

MAX_AGE = 60.0


class Tiers:
    """Two fast tiers in front of a last one."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fastest, self.middle, self.last = FakeTileStore(), FakeTileStore(), FakeTileStore()
        self.bytes_of_files: bytes | None = png("of a file")
        fast = [FastStore(self.fastest, MAX_AGE), FastStore(self.middle, MAX_AGE)]
        self.store = TieredTileStore(
            TileSet("c", "g", "png"), fast, self.last, KnownInfos(), self.clock, self.read_slice
        )

    def read_slice(self, body: FileSlice) -> bytes:
        if self.bytes_of_files is None:
            raise StoreError(f"{body.path} is gone")
        return self.bytes_of_files

    def body(self, key: TileKey = KEY) -> bytes | FileSlice | None:
        tile = self.store.read(key)
        return None if tile is None else tile.body

    def bodies(self, key: TileKey = KEY) -> list[bytes | FileSlice | None]:
        """What each tier has, the fastest first."""
        found = [tier.tiles.get(key) for tier in (self.fastest, self.middle, self.last)]
        return [None if tile is None else tile.body for tile in found]


@pytest.fixture
def tiers() -> Tiers:
    return Tiers()


# Copies


def test_a_tile_of_the_last_tier_is_copied_to_those_before_it_with_its_time(tiers: Tiers) -> None:
    tiers.last.put(KEY, png("a"), AT)

    tiers.store.read(KEY)

    assert tiers.bodies() == [png("a")] * 3
    assert tiers.fastest.tiles[KEY].info.stored_at == AT


def test_tiles_of_different_times_that_are_read_together_keep_their_times(tiers: Tiers) -> None:
    tiers.last.put(KEY, png("a"), AT)
    tiers.last.put(OTHER, png("b"), LATER)

    found = tiers.store.read_many([KEY, OTHER, MISSING])

    assert {key: tile.body for key, tile in found.items()} == {KEY: png("a"), OTHER: png("b")}
    assert [tiers.fastest.tiles[key].info.stored_at for key in (KEY, OTHER)] == [AT, LATER]


def test_a_tile_of_a_middle_tier_is_copied_to_the_fastest_only(tiers: Tiers) -> None:
    tiers.last.put(KEY, png("a"), AT)
    tiers.store.read(KEY)
    tiers.fastest.tiles.clear()
    tiers.last.reads.clear()

    assert tiers.body() == png("a")

    assert tiers.bodies() == [png("a")] * 3
    assert tiers.last.reads == []


def test_a_copy_is_given_away_without_a_look_at_the_last_tier(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("a"))], AT)
    tiers.store.read(KEY)
    tiers.last.reads.clear()
    tiers.last.failure = "must not be asked"

    assert tiers.body() == png("a")


def test_bytes_that_lie_in_a_file_are_copied_as_bytes(tiers: Tiers) -> None:
    tiers.last.tiles[KEY] = StoredTile(FileSlice("/bundle", 7, 17), PNG, TileInfo(AT, 17))

    assert tiers.body() == png("of a file")

    assert tiers.bodies()[:2] == [png("of a file")] * 2


def test_bytes_of_a_file_that_vanishes_are_not_copied(tiers: Tiers) -> None:
    slice_ = FileSlice("/bundle", 7, 17)
    tiers.last.tiles[KEY] = StoredTile(slice_, PNG, TileInfo(AT, 17))
    tiers.bytes_of_files = None

    assert tiers.body() == slice_
    assert tiers.bodies() == [None, None, slice_]


# Other processes


def test_a_tile_that_another_process_replaced_is_seen_after_the_age_of_copies(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("old"))], AT)
    tiers.store.read(KEY)
    tiers.last.put(KEY, png("new"), LATER)

    tiers.clock.advance(MAX_AGE)
    within = tiers.body()
    tiers.clock.advance(0.001)
    behind = tiers.body()

    assert (within, behind) == (png("old"), png("new"))
    assert tiers.bodies() == [png("new")] * 3


def test_a_tile_that_another_process_removed_is_missing_after_the_age_of_copies(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("old"))], AT)
    tiers.last.tiles.clear()

    tiers.clock.advance(MAX_AGE + 1)

    assert tiers.body() is None
    assert tiers.bodies() == [None] * 3


def test_a_copy_that_is_still_that_of_the_last_tier_costs_no_reading(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("a"))], AT)
    tiers.clock.advance(MAX_AGE + 1)
    tiers.last.reads.clear()

    assert tiers.body() == png("a")
    assert tiers.last.reads == []


def test_a_copy_of_another_process_in_a_shared_tier_is_compared_first(tiers: Tiers) -> None:
    tiers.middle.put(KEY, png("old"), AT)
    tiers.last.put(KEY, png("new"), LATER)

    assert tiers.body() == png("new")


def test_looking_up_tells_the_truth_and_ends_the_use_of_old_copies_at_once(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("old"))], AT)
    tiers.last.put(KEY, png("new"), LATER, VALIDATORS)

    info = tiers.store.stat_many([KEY])[KEY]

    assert info == TileInfo(LATER, len(png("new")), VALIDATORS)
    assert tiers.body() == png("new")


def test_whole_seconds_of_a_tier_do_not_make_its_copies_other_tiles(tiers: Tiers) -> None:
    tiers.last.put(KEY, png("a"), AT + 0.7)
    tiers.fastest.put(KEY, png("a"), float(int(AT)))
    tiers.last.reads.clear()

    assert tiers.body() == png("a")
    assert tiers.last.reads == []


def test_a_tile_has_the_time_of_the_last_tier_from_the_beginning(tiers: Tiers, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made of it is told by that time from what is made of another one."""
    exact = tiers.last.write
    monkeypatch.setattr(tiers.last, "write", lambda batch, at, deadline: exact(batch, at // 1, deadline))

    (info,) = tiers.store.write([new(KEY, png("a"))], AT + 0.7)

    tile = tiers.store.read(KEY)
    assert tile is not None
    assert tile.info.stored_at == info.stored_at == AT // 1


# Failures


def test_a_fast_tier_that_fails_is_passed_by_and_reported_once(tiers: Tiers, caplog: pytest.LogCaptureFixture) -> None:
    tiers.last.put(KEY, png("a"), AT)
    tiers.fastest.failure = "no connection"

    with caplog.at_level(logging.WARNING):
        found = [tiers.body() for _ in range(5)]

    assert found == [png("a")] * 5
    assert [record.getMessage() for record in caplog.records] == [
        "a fast tier fails and is passed by for 10 seconds at a time: no connection"
    ]


def test_a_fast_tier_that_failed_is_not_asked_for_a_while_and_then_again(tiers: Tiers) -> None:
    tiers.last.put(KEY, png("a"), AT)
    tiers.fastest.failure = "no connection"
    tiers.store.read(KEY)
    tiers.fastest.failure = None

    tiers.store.read(KEY)
    paused = tiers.bodies()[0]
    tiers.clock.advance(PAUSE_SECONDS)
    tiers.store.read(KEY)

    assert (paused, tiers.bodies()[0]) == (None, png("a"))


def test_what_a_failing_fast_tier_has_not_heard_of_is_not_taken_from_it_later(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("old")), new(OTHER, png("gone"))], AT)
    tiers.fastest.failure = tiers.middle.failure = "no connection"

    tiers.store.write([new(KEY, png("new"))], LATER)
    tiers.store.remove([OTHER])
    tiers.fastest.failure = tiers.middle.failure = None
    tiers.clock.advance(PAUSE_SECONDS)

    assert (tiers.body(), tiers.body(OTHER)) == (png("new"), None)


def test_a_failing_last_tier_fails_reading_of_what_has_no_copy(tiers: Tiers) -> None:
    tiers.last.failure = "no connection"

    with pytest.raises(StoreError, match="no connection"):
        tiers.store.read(KEY)
    with pytest.raises(StoreError, match="no connection"):
        tiers.store.read_many([KEY])


def test_copies_stand_in_while_the_last_tier_fails(tiers: Tiers, caplog: pytest.LogCaptureFixture) -> None:
    tiers.store.write([new(KEY, png("a"))], AT)
    tiers.clock.advance(MAX_AGE + 1)
    tiers.last.failure = "no connection"

    with caplog.at_level(logging.WARNING):
        found = tiers.body()

    assert found == png("a")
    assert "cannot be compared with the last tier" in caplog.text
    assert tiers.store.stat_many([KEY])[KEY].stored_at == AT
    with pytest.raises(StoreError, match="no connection"):
        tiers.store.stat_many([KEY, OTHER])


def test_a_failing_last_tier_fails_changes_and_leaves_the_copies(tiers: Tiers) -> None:
    tiers.store.write([new(KEY, png("old"))], AT)
    tiers.last.failure = "no connection"

    for change in (
        lambda: tiers.store.write([new(KEY, png("new"))], LATER),
        lambda: tiers.store.renew([KEY], LATER, None),
        lambda: tiers.store.mark_stale([KEY]),
        lambda: tiers.store.remove([KEY]),
        lambda: tiers.store.remove_level(KEY.coord.z),
    ):
        with pytest.raises(StoreError, match="no connection"):
            change()

    assert tiers.bodies() == [png("old")] * 3


# Together


def test_a_tile_that_is_replaced_while_it_is_read_leaves_no_copy_of_the_old_one() -> None:
    tiers = Tiers()
    tiers.last.put(KEY, png("old"), AT)
    slow = SlowToRead(tiers.last)
    store = TieredTileStore(
        TileSet("c", "g", "png"),
        [FastStore(tiers.fastest, MAX_AGE)],
        slow,
        KnownInfos(),
        tiers.clock,
        tiers.read_slice,
    )
    slow.meanwhile = lambda: store.write([new(KEY, png("new"))], LATER)

    store.read(KEY)

    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == png("new")


def test_what_is_known_has_a_bound() -> None:
    known = KnownInfos(most=3)

    known.note(((KEY._replace(variant=str(number)), TileInfo(AT, 1)) for number in range(5)), 0.0)

    assert [known.get(KEY._replace(variant=str(number))) is not None for number in range(5)] == [0, 0, 1, 1, 1]


class SlowToRead(FakeTileStore):
    """Something happens between looking for a tile and giving it."""

    def __init__(self, behind: FakeTileStore) -> None:
        super().__init__(behind.tiles)
        self.meanwhile: Callable[[], object] | None = None

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        found = super().read(key, deadline)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        found = {key: self.read(key) for key in keys}
        return {key: tile for key, tile in found.items() if tile is not None}

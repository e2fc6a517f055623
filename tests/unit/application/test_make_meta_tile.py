"""The tiles of one block are made under one lock and stored together, or not at all."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextRaster, image
from tests.unit.application.kitchen import FAILURE_SECONDS, Kitchen, queries_of
from tilekeep.application.tile_maker import InStore, Made, NoTile, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import (
    LockTimeout,
    SourceBusy,
    SourceContentError,
    SourceRecentlyFailed,
    SourceStatusError,
    SourceTimeout,
    SourceUnreachable,
)
from tilekeep.domain.geometry import Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceTraits
from tilekeep.domain.meta_tile import FetchMode
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators

FIRST = TileCoord(2, 0, 0)
BLOCK = [TileKey(TileCoord(2, x, y)) for y in (0, 1) for x in (0, 1)]
META = image(512, 512)
TILE = image(256, 256)
TILED = SourceTraits(meta_tiles=False)
AN_HOUR = StalenessPolicy(RelativeLimit(3600))
VALIDATORS = Validators('"v1"', None)


def test_a_meta_tile_is_fetched_once_and_stored_as_tiles() -> None:
    source = FakeMapSource(Fetched(META, "image/png"))
    kitchen = Kitchen(source)

    outcomes = kitchen.make(FIRST)

    assert queries_of(source) == 1
    assert Size(512, 512) == source.queries[0].size
    assert BLOCK == list(outcomes)
    assert {key: f"map@{256 * key.coord.x},{256 * key.coord.y}".encode() for key in BLOCK} == {
        key: tile.body for key, tile in kitchen.store.tiles.items()
    }


def test_the_outcome_carries_the_validators_the_stored_tile_has() -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(META, "image/png")))

    outcome = kitchen.make(FIRST)[BLOCK[0]]

    assert isinstance(outcome, Made)
    stored = kitchen.store.read(BLOCK[0])
    assert stored is not None
    assert stored.info == outcome.tile.info


def test_a_bulk_meta_tile_is_fetched_tile_by_tile_and_stored_at_once() -> None:
    source = FakeMapSource(Fetched(TILE, "image/png"), traits=TILED)
    kitchen = Kitchen(source, mode=FetchMode.BULK)

    kitchen.make(FIRST)

    assert queries_of(source) == 4
    assert {TILE} == {tile.body for tile in kitchen.store.tiles.values()}
    assert ["cache-0-0-2.lck"] == kitchen.locks.history


def test_one_failed_fetch_of_a_bulk_meta_tile_stores_nothing() -> None:
    source = FakeMapSource(Fetched(TILE, "image/png"), SourceUnreachable("down"), traits=TILED)
    kitchen = Kitchen(source, mode=FetchMode.BULK)

    with pytest.raises(SourceUnreachable):
        kitchen.make(FIRST)

    assert kitchen.store.tiles == {}


def test_a_single_tile_of_a_tile_source_is_kept_byte_for_byte() -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(TILE, "image/jpeg"), traits=TILED), mode=FetchMode.SINGLE)

    outcome = kitchen.make(FIRST)[BLOCK[0]]

    assert isinstance(outcome, Made)
    assert (TILE, "image/png") == (outcome.tile.body, outcome.tile.media_type)


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        pytest.param(SourceTraits(True, declared_format="png"), TILE, id="same-format-is-kept"),
        pytest.param(SourceTraits(True, declared_format="jpeg"), b"map@0,0", id="other-format-is-encoded-anew"),
        pytest.param(SourceTraits(True, declared_format="png", declared_mode="RGB"), b"map@0,0", id="other-mode"),
        pytest.param(SourceTraits(True), TILE, id="undeclared-format-is-kept"),
    ],
)
def test_a_single_map_is_encoded_anew_only_where_declared_format_or_mode_differ(
    traits: SourceTraits, expected: bytes
) -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(TILE, "image/png"), traits=traits), mode=FetchMode.SINGLE)

    kitchen.make(FIRST)

    assert expected == kitchen.store.tiles[BLOCK[0]].body


def test_a_meta_tile_that_holds_a_single_tile_is_encoded_anew() -> None:
    whole_world = TileCoord(0, 0, 0)
    kitchen = Kitchen(FakeMapSource(Fetched(TILE, "image/png"), traits=SourceTraits(True, declared_format="png")))

    kitchen.make(whole_world)

    assert b"map@0,0" == kitchen.store.tiles[TileKey(whole_world)].body


def test_what_is_drawn_here_is_cut_like_what_is_fetched() -> None:
    kitchen = Kitchen(FakeMapSource(Drawn(TextRaster(Size(512, 512), "world"))))

    kitchen.make(FIRST)

    assert kitchen.store.tiles[BLOCK[3]].body == b"world@256,256"


def test_a_blank_source_stores_nothing() -> None:
    kitchen = Kitchen(FakeMapSource(Blank()))

    outcomes = kitchen.make(FIRST)

    assert {NoTile()} == set(outcomes.values())
    assert kitchen.store.tiles == {}


def test_a_block_that_another_process_made_while_waiting_is_not_made_again() -> None:
    source = FakeMapSource(Fetched(META, "image/png"))
    kitchen = Kitchen(source)
    for key in BLOCK:
        kitchen.store.put(key, b"other", kitchen.clock.now())

    outcomes = kitchen.make(FIRST)

    assert {InStore()} == set(outcomes.values())
    assert queries_of(source) == 0


def test_a_block_with_one_missing_tile_is_made_as_a_whole() -> None:
    source = FakeMapSource(Fetched(META, "image/png"))
    kitchen = Kitchen(source)
    for key in BLOCK[1:]:
        kitchen.store.put(key, b"other", kitchen.clock.now())

    kitchen.make(FIRST)

    assert set(kitchen.store.writes) == set(BLOCK)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Fetched(b"", "image/png"), id="empty-body"),
        pytest.param(Fetched(b"<ServiceException/>", "image/png"), id="xml-under-200"),
        pytest.param(Fetched(META[:3], "image/png"), id="cut-image"),
        pytest.param(Fetched(image(256, 256), "image/png"), id="wrong-size"),
        pytest.param(Fetched(image(100_000, 100_000), "image/png"), id="image-bomb"),
        pytest.param(Drawn(TextRaster(Size(1, 1), "dot")), id="raster-of-the-wrong-size"),
        pytest.param(NotModified(), id="not-modified-without-having-been-asked"),
    ],
)
def test_what_is_no_good_image_is_refused_and_nothing_is_stored(answer: Fetched | Drawn | NotModified) -> None:
    kitchen = Kitchen(FakeMapSource(answer))

    with pytest.raises(SourceContentError):
        kitchen.make(FIRST)

    assert kitchen.store.tiles == {}


def test_a_refused_image_is_logged_with_its_reason_and_the_request(caplog: pytest.LogCaptureFixture) -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(image(256, 256), "image/png"), url="http://maps.example.org/wms?key=***"))

    with caplog.at_level(logging.WARNING), pytest.raises(SourceContentError):
        kitchen.make(FIRST)

    (message,) = caplog.messages
    assert "256x256 pixels instead of 512x512" in message
    assert "http://maps.example.org/wms" in message


def test_a_failure_leaves_stored_tiles_as_they_are() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")), policy=AN_HOUR)
    for key in BLOCK:
        kitchen.store.put(key, b"old", kitchen.clock.now() - 7200)
    before = dict(kitchen.store.tiles)

    with pytest.raises(SourceUnreachable):
        kitchen.make(FIRST)

    assert before == kitchen.store.tiles


def test_a_block_that_just_failed_is_not_asked_for_again() -> None:
    source = FakeMapSource(SourceUnreachable("down", client_message="No response."))
    kitchen = Kitchen(source)
    with pytest.raises(SourceUnreachable):
        kitchen.make(FIRST)

    with pytest.raises(SourceRecentlyFailed) as caught:
        kitchen.make(TileCoord(2, 1, 1))

    assert queries_of(source) == 1
    assert ("No response.", FAILURE_SECONDS) == (caught.value.client_message, caught.value.retry_after)


def test_a_failure_is_forgotten_after_its_time() -> None:
    source = FakeMapSource(SourceUnreachable("down"), Fetched(META, "image/png"))
    kitchen = Kitchen(source)
    with pytest.raises(SourceUnreachable):
        kitchen.make(FIRST)
    kitchen.clock.advance(FAILURE_SECONDS)

    outcomes = kitchen.make(FIRST)

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())


def test_a_failed_block_does_not_stop_its_neighbours() -> None:
    source = FakeMapSource(SourceUnreachable("down"), Fetched(META, "image/png"))
    kitchen = Kitchen(source)
    with pytest.raises(SourceUnreachable):
        kitchen.make(FIRST)

    outcomes = kitchen.make(TileCoord(2, 2, 2))

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())


@pytest.mark.parametrize(("asked", "kept"), [(1.0, FAILURE_SECONDS), (30.0, 30.0), (86_400.0, 60.0)])
def test_a_source_that_asks_for_a_pause_gets_it_within_reason(asked: float, kept: float) -> None:
    kitchen = Kitchen(FakeMapSource(SourceStatusError("busy", status=503, retry_after=asked)))
    with pytest.raises(SourceStatusError):
        kitchen.make(FIRST)

    with pytest.raises(SourceRecentlyFailed) as caught:
        kitchen.make(FIRST)

    assert kept == caught.value.retry_after


def test_waiting_in_vain_for_an_upstream_slot_is_not_remembered_as_a_failure() -> None:
    kitchen = Kitchen(FakeMapSource(SourceBusy("full"), Fetched(META, "image/png")))
    with pytest.raises(SourceBusy):
        kitchen.make(FIRST)

    outcomes = kitchen.make(FIRST)

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())


def test_a_block_held_by_another_process_is_waited_for_until_the_deadline() -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(META, "image/png")))
    kitchen.locks.held.add("cache-0-0-2.lck")

    with pytest.raises(LockTimeout):
        kitchen.make(FIRST, deadline=Deadline(kitchen.clock.monotonic()))


def test_tiles_are_made_all_the_same_where_no_lock_can_be_had(caplog: pytest.LogCaptureFixture) -> None:
    kitchen = Kitchen(FakeMapSource(Fetched(META, "image/png")))
    kitchen.locks.unavailable = "no permission to write"

    outcomes = kitchen.make(FIRST)

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())
    assert ["tiles are made without a lock: no permission to write"] == caplog.messages


def test_who_has_lost_the_lock_writes_over_nothing_that_others_stored_meanwhile() -> None:
    newer = NewTile(BLOCK[0], b"newer", "image/png")

    class StoppedSource(FakeMapSource):
        """Takes so long that another host takes the lock and makes one of the tiles."""

        def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched:
            kitchen.locks.lost.update(kitchen.locks.held)
            kitchen.store.write([newer], kitchen.clock.now(), deadline)
            return Fetched(META, "image/png")

    kitchen = Kitchen(StoppedSource())

    outcomes = kitchen.make(FIRST)

    assert outcomes[BLOCK[0]] == InStore()
    assert kitchen.store.tiles[newer.key].body == b"newer"
    assert all(isinstance(outcomes[coord], Made) for coord in BLOCK[1:])
    assert len(kitchen.store.tiles) == len(BLOCK)


def test_tiles_that_cannot_be_stored_are_delivered_all_the_same() -> None:
    class FullStoreSource(FakeMapSource):
        """Answers, while the store fills up meanwhile."""

        def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched:
            kitchen.store.failure = "no space left"
            return Fetched(META, "image/png")

    kitchen = Kitchen(FullStoreSource())

    outcome = kitchen.make(FIRST)[BLOCK[0]]

    assert isinstance(outcome, Made)
    assert outcome.tile.body == b"map@0,0"
    assert kitchen.store.tiles == {}


def test_caches_that_share_a_directory_do_not_share_tiles_or_failures() -> None:
    """They share the locks, which are named after the directory."""
    failing = Kitchen(FakeMapSource(SourceUnreachable("down")))
    healthy = Kitchen(FakeMapSource(Fetched(META, "image/png")), cache="other")
    healthy.maker._failures = failing.failures
    healthy.maker._flights = failing.maker._flights
    with pytest.raises(SourceUnreachable):
        failing.make(FIRST)

    outcomes = healthy.make(FIRST)

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())
    assert failing.locks.history == healthy.locks.history


def test_a_seed_task_may_be_stricter_than_its_cache() -> None:
    source = FakeMapSource(Fetched(META, "image/png"))
    kitchen = Kitchen(source)
    for key in BLOCK:
        kitchen.store.put(key, b"old", kitchen.clock.now() - 7200)
    wanted = WantedBlock(kitchen.planner.plan_for(FIRST), (), "", AN_HOUR, Purpose.REFRESH)

    outcomes = kitchen.maker.make(wanted, NO_DEADLINE)

    assert all(isinstance(outcome, Made) for outcome in outcomes.values())
    assert [Purpose.REFRESH] == source.purposes


def test_that_nobody_could_wait_any_longer_is_no_failure_of_the_source() -> None:
    class SlowSource(FakeMapSource):
        def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched:
            kitchen.clock.advance(2)
            raise SourceTimeout("the deadline passed")

    kitchen = Kitchen(SlowSource())

    with pytest.raises(SourceTimeout):
        kitchen.make(FIRST, deadline=Deadline(kitchen.clock.monotonic() + 1))

    assert kitchen.failures.failures == {}


class TestConditionalRefresh:
    """Validators of the source are sent back, and its 304 renews the tiles without moving bytes."""

    def stale(self, kitchen: Kitchen, validators: list[Validators | None]) -> None:
        for key, known in zip(BLOCK, validators, strict=False):
            kitchen.store.put(key, b"old", kitchen.clock.now() - 7200, known)

    def test_a_confirmed_block_is_renewed_in_place(self) -> None:
        source = FakeMapSource(NotModified(Validators('"v2"')))
        kitchen = Kitchen(source, policy=AN_HOUR)
        self.stale(kitchen, [VALIDATORS] * 4)

        outcomes = kitchen.make(FIRST)

        assert VALIDATORS == source.queries[0].validators
        assert {InStore(renewed=True)} == set(outcomes.values())
        assert {(b"old", kitchen.clock.now(), Validators('"v2"'))} == {
            (tile.body, tile.info.stored_at, tile.info.validators) for tile in kitchen.store.tiles.values()
        }

    def test_a_store_that_cannot_renew_still_delivers_what_was_confirmed(self) -> None:
        kitchen = Kitchen(FakeMapSource(lambda _: self.confirm_and_break(kitchen)), policy=AN_HOUR)
        self.stale(kitchen, [VALIDATORS] * 4)

        assert {InStore(renewed=True)} == set(kitchen.make(FIRST).values())

    def confirm_and_break(self, kitchen: Kitchen) -> NotModified:
        kitchen.store.failure = "read-only"
        return NotModified()

    def test_validators_that_come_with_no_newer_ones_are_kept(self) -> None:
        kitchen = Kitchen(FakeMapSource(NotModified()), policy=AN_HOUR)
        self.stale(kitchen, [VALIDATORS] * 4)

        kitchen.make(FIRST)

        assert {VALIDATORS} == {tile.info.validators for tile in kitchen.store.tiles.values()}

    @pytest.mark.parametrize(
        "known",
        [
            pytest.param([VALIDATORS] * 3, id="a-tile-is-missing"),
            pytest.param([VALIDATORS] * 3 + [None], id="a-tile-came-without"),
            pytest.param([VALIDATORS] * 3 + [Validators('"v0"')], id="tiles-came-with-different-answers"),
        ],
    )
    def test_a_block_without_common_validators_is_asked_for_unconditionally(
        self, known: list[Validators | None]
    ) -> None:
        source = FakeMapSource(Fetched(META, "image/png"))
        kitchen = Kitchen(source, policy=AN_HOUR)
        self.stale(kitchen, known)

        kitchen.make(FIRST)

        assert source.queries[0].validators is None

    def test_new_tiles_keep_the_validators_they_came_with(self) -> None:
        kitchen = Kitchen(FakeMapSource(Fetched(META, "image/png", VALIDATORS)))

        kitchen.make(FIRST)

        assert {VALIDATORS} == {tile.info.validators for tile in kitchen.store.tiles.values()}

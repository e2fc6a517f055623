"""Images in one colour stand for what a server does not give, and never replace what is better."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.failure_memory import FakeFailureMemory
from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging, image
from tests.unit.application.kitchen import FAILURE_SECONDS, LIMITS, Kitchen, queries_of
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.recent_failures import RecentFailures
from tilekeep.application.sources.flat_color import FlatColor
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.sources.with_stand_ins import WithStandIns
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceStatusError, SourceUnreachable
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.keeping import Worth
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.stand_in import StandIn, StandIns
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

QUERY = MapQuery(BBox(0, 0, 10, 10), Size(10, 10), WEB_MERCATOR, "image/png")
GONE = SourceStatusError("gone", status=404)
RED = (255, 0, 0)
META = image(512, 512)
FIRST, SECOND = TileKey(TileCoord(2, 0, 0)), TileKey(TileCoord(2, 1, 0))
AN_HOUR = StalenessPolicy(RelativeLimit(3600))


def with_red(
    source: FakeMapSource, *, kept: bool = False, worth: Worth = Worth.STAND_IN, clock: FakeClock | None = None
) -> WithStandIns:
    stand_ins = StandIns(by_status=((404, StandIn(RED, kept, worth)),))
    clock = clock or FakeClock()
    failures = RecentFailures(FakeFailureMemory(clock), clock, FAILURE_SECONDS)
    return WithStandIns(source, stand_ins, lambda color: FlatColor(TextImaging(), color), failures, "maps")


def ask(source: WithStandIns) -> SourceAnswer:
    return source.get(QUERY, Purpose.SERVE, NO_DEADLINE)


class TestTheAnswer:
    """Of the source with its images."""

    def test_a_failure_becomes_an_image_of_the_size_asked_for(self) -> None:
        answer = ask(with_red(FakeMapSource(GONE)))

        assert isinstance(answer, Drawn)
        assert answer.raster.size == QUERY.size

    @pytest.mark.parametrize("kept", [True, False])
    def test_it_may_be_kept_only_where_that_is_wanted(self, kept: bool) -> None:
        answer = ask(with_red(FakeMapSource(GONE), kept=kept))

        assert isinstance(answer, Drawn)
        assert answer.storable is kept

    def test_what_nothing_stands_for_is_raised(self) -> None:
        with pytest.raises(SourceUnreachable):
            ask(with_red(FakeMapSource(SourceUnreachable("down"))))

    @pytest.mark.parametrize(
        "answer", [Fetched(META, "image/png"), Blank(), NotModified()], ids=lambda found: type(found).__name__
    )
    def test_good_answers_pass(self, answer: SourceAnswer) -> None:
        assert ask(with_red(FakeMapSource(answer))) is answer

    def test_what_the_source_is_and_asks_stays_the_same(self) -> None:
        source = FakeMapSource(GONE)
        source.tiles = 3

        assert (source.traits, 3) == (with_red(source).traits, with_red(source).tiles_for(QUERY))
        assert source.requests_for(QUERY, Purpose.SERVE) == with_red(source).requests_for(QUERY, Purpose.SERVE)


class TestTiles:
    """Of a cache over such a source."""

    def test_an_image_that_is_kept_is_stored_as_tiles(self) -> None:
        kitchen = Kitchen(with_red(FakeMapSource(GONE), kept=True))

        answer = kitchen.get(FIRST.coord)

        assert (answer.state, answer.storable) == (TileState.MISS, True)
        assert len(kitchen.store.tiles) == 4

    def test_an_image_that_is_not_kept_is_delivered_for_nobody_to_keep(self) -> None:
        kitchen = Kitchen(with_red(FakeMapSource(GONE)))

        answer = kitchen.get(FIRST.coord)

        assert answer.tile is not None
        assert not answer.storable
        assert kitchen.store.tiles == {}

    def test_the_server_is_asked_again_when_the_failure_is_forgotten(self) -> None:
        source, clock = FakeMapSource(GONE, Fetched(META, "image/png")), FakeClock()
        kitchen = Kitchen(with_red(source, clock=clock))

        first, second = (kitchen.get(coord) for coord in (FIRST.coord, SECOND.coord))
        asked = queries_of(source)
        clock.advance(FAILURE_SECONDS)
        third = kitchen.get(FIRST.coord)

        assert first.tile is not None
        assert second.tile is not None
        assert third.tile is not None
        assert (first.tile.body[:7], second.tile.body[:7], asked) == (b"nothing", b"nothing", 1)
        assert (third.tile.body, queries_of(source)) == (b"map@0,0", 2)

    def test_while_all_of_a_block_is_old_the_failing_server_costs_neither_a_request_nor_a_lock(self) -> None:
        source = FakeMapSource(GONE, Fetched(META, "image/png"))
        kitchen = Kitchen(with_red(source, worth=Worth.STOPGAP), policy=AN_HOUR)
        for column in (0, 1):
            for row in (0, 1):
                kitchen.store.put(TileKey(TileCoord(2, column, row)), b"old", kitchen.clock.now() - 7200)

        answers = [kitchen.get(FIRST.coord) for _ in range(3)]

        assert [answer.state for answer in answers] == [TileState.STALE] * 3
        assert (queries_of(source), len(kitchen.locks.history)) == (1, 1)

    @pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
    def test_an_old_tile_is_better_where_it_is_authorised(self, kept: bool) -> None:
        kitchen = Kitchen(with_red(FakeMapSource(GONE), kept=kept, worth=Worth.STOPGAP), policy=AN_HOUR)
        kitchen.store.put(FIRST, b"old", kitchen.clock.now() - 7200)

        answer = kitchen.get(FIRST.coord)
        without_old = kitchen.get(SECOND.coord)

        assert answer.tile is not None
        assert without_old.tile is not None
        assert (answer.tile.body, answer.state) == (b"old", TileState.STALE)
        assert without_old.tile.body.startswith(b"nothing")
        stored = kitchen.store.read(FIRST)
        assert stored is not None
        assert stored.body == b"old"

    def test_an_old_tile_is_not_better_by_itself(self) -> None:
        kitchen = Kitchen(with_red(FakeMapSource(GONE)), policy=AN_HOUR)
        kitchen.store.put(FIRST, b"old", kitchen.clock.now() - 7200)

        answer = kitchen.get(FIRST.coord)

        assert answer.tile is not None
        assert answer.tile.body == b"nothing@0,0"

    def test_an_old_tile_that_may_be_shown_no_more_is_not_better(self) -> None:
        policy = StalenessPolicy(RelativeLimit(3600), max_stale_seconds=60)
        kitchen = Kitchen(with_red(FakeMapSource(GONE), kept=True, worth=Worth.STOPGAP), policy=policy)
        kitchen.store.put(FIRST, b"old", kitchen.clock.now() - 7200)

        kitchen.get(FIRST.coord)

        stored = kitchen.store.read(FIRST)
        assert stored is not None
        assert stored.body == b"nothing@0,0"

    @pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
    def test_a_fresh_tile_of_the_same_block_is_never_replaced(self, kept: bool) -> None:
        kitchen = Kitchen(with_red(FakeMapSource(GONE), kept=kept), policy=AN_HOUR)
        kitchen.store.put(SECOND, b"good", kitchen.clock.now())

        missing, fresh = kitchen.get_tile.many([FIRST, SECOND], Purpose.SERVE, NO_DEADLINE)

        assert missing.tile is not None
        assert fresh.tile is not None
        assert (missing.tile.body, fresh.tile.body) == (b"nothing@0,0", b"good")
        stored = kitchen.store.read(SECOND)
        assert stored is not None
        assert stored.body == b"good"


def test_a_map_of_several_sources_is_worth_what_the_least_of_them_is() -> None:
    imaging = TextImaging()
    sources = [FakeMapSource(Fetched(image(10, 10), "image/png")), with_red(FakeMapSource(GONE), worth=Worth.STOPGAP)]
    merged = MergedSources(
        [(source, None) for source in sources],
        imaging,
        StoreGate(imaging, LIMITS, "test"),
        InlineRunner(),
        transparent=True,
    )

    answer = merged.get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert isinstance(answer, Drawn)
    assert (answer.storable, answer.worth) == (False, Worth.STOPGAP)


def test_a_damaged_image_is_refused_for_what_stands_for_no_answer() -> None:
    """So that a broken map is not stored as an empty one."""
    kitchen = Kitchen(with_red(FakeMapSource(Fetched(b"damaged", "image/png")), kept=True))

    with pytest.raises(SourceContentError):
        kitchen.get(FIRST.coord)
    assert kitchen.store.tiles == {}

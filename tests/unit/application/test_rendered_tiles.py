"""Tiles that another process makes: who is asked, what counts as made, and what stays here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.renderer import FakeRenderer
from tests.unit.application.kitchen import LIMITS, Kitchen, queries_of
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.fetched_tiles import TileFetcher
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.rendered_tiles import RenderedTiles
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_maker import InStore, Made, NoTile, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import LockTimeout, SourceRecentlyFailed, SourceUnreachable
from tilekeep.domain.map_query import Blank
from tilekeep.domain.staleness import KEEP_FOR_EVER
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet

COORD = TileCoord(3, 2, 4)


class Counter:
    """A kitchen in which somebody else cooks."""

    def __init__(self, render: Callable[[Sequence[TileCoord]], None] | None = None) -> None:
        self.kitchen = Kitchen(FakeMapSource(Blank()))
        self.renderer = FakeRenderer(render or self.store_block)
        kitchen, tile_set = self.kitchen, TileSet("osm", WEBMERCATOR.name, "png")
        here = TileFetcher(
            source=kitchen.source,
            imaging=kitchen.imaging,
            gate=StoreGate(kitchen.imaging, LIMITS, "test"),
            parallel=InlineRunner(),
            grid=WEBMERCATOR,
            encoding=kitchen.encoding,
            request_media_type="image/png",
            concurrent_fetches=2,
        )
        self.maker = MakeMetaTile(
            tile_set=tile_set,
            store=kitchen.store,
            fetcher=RenderedTiles(self.renderer, kitchen.store, tile_set, here),
            locks=kitchen.locks,
            lock_id="osm_renderd",
            failures=kitchen.failures,
            flights=SingleFlight(kitchen.clock),
            clock=kitchen.clock,
            failure_seconds=5.0,
        )

    def store_block(self, coords: Sequence[TileCoord]) -> None:
        """What a renderer does: it stores all tiles of the block of the one it is told of, but for the last."""
        wanted = self.kitchen.planner.plan_for(coords[0]).coords[:-1]
        tiles = [NewTile(TileKey(coord), b"tile", "image/png") for coord in wanted]
        self.kitchen.store.write(tiles, self.kitchen.clock.now(), NO_DEADLINE)

    def block(self, dimensions: tuple[tuple[str, str], ...] = ()) -> WantedBlock:
        return WantedBlock(self.kitchen.planner.plan_for(COORD), dimensions, "", KEEP_FOR_EVER, Purpose.SERVE)


def _fail(error: Exception) -> Callable[[Sequence[TileCoord]], None]:
    def fail(_: Sequence[TileCoord]) -> None:
        raise error

    return fail


def test_the_renderer_is_told_of_one_tile_of_the_block() -> None:
    counter = Counter()

    counter.maker.make(counter.block(), NO_DEADLINE)

    main = counter.block().plan.main
    assert counter.renderer.tasks == [("osm", WEBMERCATOR.name, (main,), Purpose.SERVE)]


def test_tiles_that_are_stored_then_are_made_and_the_others_are_blank() -> None:
    counter = Counter()
    block = counter.block()

    outcomes = counter.maker.make(block, NO_DEADLINE)

    *made, blank = (outcomes[key] for key in block.keys)
    assert (made, blank) == ([InStore()] * 3, NoTile())


def test_nobody_is_asked_again_while_all_tiles_are_fresh() -> None:
    counter = Counter()
    block = counter.block()
    tiles = [NewTile(key, b"tile", "image/png") for key in block.keys]
    counter.kitchen.store.write(tiles, counter.kitchen.clock.now(), NO_DEADLINE)

    assert set(counter.maker.make(block, NO_DEADLINE).values()) == {InStore()}
    assert counter.renderer.tasks == []


def test_a_failure_is_remembered_like_that_of_a_source() -> None:
    counter = Counter(_fail(SourceUnreachable("connection refused")))

    with pytest.raises(SourceUnreachable):
        counter.maker.make(counter.block(), NO_DEADLINE)
    with pytest.raises(SourceRecentlyFailed):
        counter.maker.make(counter.block(), NO_DEADLINE)

    assert len(counter.renderer.tasks) == 1


def test_a_lock_that_was_not_free_is_tried_again_by_the_next() -> None:
    counter = Counter(_fail(LockTimeout("locked")))

    for _ in range(2):
        with pytest.raises(LockTimeout):
            counter.maker.make(counter.block(), NO_DEADLINE)

    assert len(counter.renderer.tasks) == 2


def test_tiles_with_dimensions_are_made_here() -> None:
    counter = Counter()

    outcomes = counter.maker.make(counter.block((("time", "2024"),)), NO_DEADLINE)

    assert all(isinstance(outcome, Made | NoTile) for outcome in outcomes.values())
    assert counter.renderer.tasks == []
    assert isinstance(counter.kitchen.source, FakeMapSource)
    assert queries_of(counter.kitchen.source) == 1

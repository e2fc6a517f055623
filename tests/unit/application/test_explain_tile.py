"""What a request for a tile would meet is told without asking, taking or changing anything."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.unit.application.kitchen import FAILURE_SECONDS, Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.explain_tile import ExplainTile, Explanation
from tilekeep.application.tile_maker import Obstacles
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceUnreachable
from tilekeep.domain.map_query import Breaker, Fetched, Upstream
from tilekeep.domain.tile import TileCoord, TileKey, TileSet
from tilekeep.domain.upstream_load import UpstreamState
from tilekeep.ports.failure_memory import RememberedFailure

TILE = TileCoord(2, 1, 1)
LOCK = "cache-0-0-2.lck"
MAPS = Upstream("maps.example", requests_per_second=20.0, breaker=Breaker(5, 30.0))


def good_kitchen() -> Kitchen:
    return Kitchen(FakeMapSource(Fetched(image(512, 512), "image/png")))


def explained(kitchen: Kitchen, gate: FakeUpstreamGate | None = None, dimensions: str = "") -> Explanation:
    explain = ExplainTile(
        tile_set=TileSet("test", WEBMERCATOR.name, "png"),
        grid=WEBMERCATOR,
        reader=kitchen.store,
        locator=kitchen.store,
        policy=kitchen.policy,
        planner=kitchen.planner,
        region=None,
        rescaling_step=None,
        source=kitchen.source,
        request_media_type="image/png",
        maker=kitchen.maker,
        upstreams=[MAPS],
        gate=gate or FakeUpstreamGate(kitchen.clock),
        clock=kitchen.clock,
    )
    return explain(TileKey(TILE, (("time", dimensions),) if dimensions else ()))


def test_nothing_is_in_the_way_of_a_tile_that_nobody_asked_for() -> None:
    assert explained(good_kitchen()).obstacles == Obstacles(is_locked=False, failure=None)


def test_tiles_that_are_being_made_are_locked() -> None:
    kitchen = good_kitchen()

    with kitchen.locks.hold(LOCK, NO_DEADLINE):
        explanation = explained(kitchen)

    assert explanation.obstacles == Obstacles(is_locked=True, failure=None)


def test_a_look_takes_no_lock_and_asks_nobody() -> None:
    kitchen = good_kitchen()
    gate = FakeUpstreamGate(kitchen.clock)

    explained(kitchen, gate)

    assert kitchen.locks.history == []
    assert gate.admitted == []


def test_the_failure_that_a_request_would_be_told_is_told() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("refused", client_message="The source is away.")))
    with pytest.raises(SourceUnreachable):
        kitchen.make(TILE)

    explanation = explained(kitchen)

    until = explanation.at + FAILURE_SECONDS
    assert explanation.obstacles == Obstacles(False, RememberedFailure("The source is away.", until))


def test_the_failure_of_other_dimensions_is_no_obstacle() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("refused")))
    with pytest.raises(SourceUnreachable):
        kitchen.make(TILE)

    assert explained(kitchen, dimensions="2020").obstacles == Obstacles(is_locked=False, failure=None)


def test_servers_are_told_with_their_limits_and_how_they_stand() -> None:
    kitchen = good_kitchen()
    gate = FakeUpstreamGate(kitchen.clock)
    gate.states["maps.example"] = UpstreamState(failures=5, open_until=kitchen.clock.monotonic() + 12.0)

    ((upstream, status),) = explained(kitchen, gate).upstreams

    assert upstream == MAPS
    assert (status.breaker, status.failures, status.closed_seconds) == ("open", 5, 12.0)
    assert status.reason == "5 requests in a row have failed"


def test_a_tile_that_is_delivered_as_it_is_meets_nothing() -> None:
    kitchen = good_kitchen()
    kitchen.make(TILE)

    explanation = explained(kitchen)

    assert (explanation.fetches, explanation.obstacles, explanation.upstreams) == ((), None, ())

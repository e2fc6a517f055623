"""What measurements say of caches and servers."""

from __future__ import annotations

from tests.fakes.metrics import FakeMetrics
from tilekeep.domain.measures import TILES, UPSTREAM_REQUESTS, UPSTREAM_SECONDS
from tilekeep.entrypoints.facts.measured import answer_facts, tile_facts


def test_tiles_that_waited_for_no_source_are_told_apart() -> None:
    metrics = FakeMetrics()
    for state, times in (("hit", 6), ("stale", 1), ("miss", 2), ("error", 1)):
        for _ in range(times):
            metrics.counter(TILES, "osm", state)()
    metrics.counter(TILES, "other", "miss")()

    assert tile_facts(metrics.sums(), "osm") == {
        "states": {"hit": 6, "stale": 1, "miss": 2, "error": 1},
        "at_once": 0.7,
    }


def test_answers_of_a_server_are_counted_with_their_failures_and_times() -> None:
    metrics = FakeMetrics()
    for status, seconds in (("200", 0.1), ("404", 0.1), ("503", 0.4), ("none", 2.4)):
        metrics.counter(UPSTREAM_REQUESTS, "maps.example", status)()
        metrics.timer(UPSTREAM_SECONDS, "maps.example")(seconds)

    assert answer_facts(metrics.sums(), "maps.example") == {"answers": 4, "failed": 2, "mean_seconds": 0.75}


def test_nothing_is_said_where_nothing_was_measured() -> None:
    assert tile_facts({}, "osm") is None
    assert answer_facts({}, "maps.example") is None

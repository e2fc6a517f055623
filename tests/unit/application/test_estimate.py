"""An estimate makes a few tiles, spread over all levels and the area."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen, queries_of
from tests.unit.application.test_seeding import AN_HOUR_AGO, EAST, META, done, task_for, work_of
from tilekeep.application.seeding.estimate import EstimateTask
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.seed_estimate import SeedEstimate
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey


def estimate_of(kitchen: Kitchen, task: SeedTask, blocks: int = 16) -> SeedEstimate:
    return EstimateTask(work_of(kitchen), kitchen.clock, blocks=blocks)(task)


def test_a_bounded_number_of_blocks_is_made_on_all_levels() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)

    estimate = estimate_of(kitchen, task_for(kitchen, levels=range(4, 12)))

    made = Counter(key.coord.z for key in kitchen.store.tiles)
    assert queries_of(source) <= 16
    assert set(made) == set(range(4, 12))
    assert (estimate.tiles, estimate.wanted) == (sum(4**z for z in range(4, 12)),) * 2
    assert estimate.sample.made == sum(made.values())
    assert estimate.bytes == pytest.approx(estimate.wanted * estimate.sample.made_bytes / estimate.sample.made)


def test_samples_lie_in_the_area_and_not_all_in_one_corner() -> None:
    kitchen = Kitchen(FakeMapSource(META))

    estimate_of(kitchen, task_for(kitchen, levels=[9], region=EAST), blocks=8)

    places = {(key.coord.x // 128, key.coord.y // 128) for key in kitchen.store.tiles}
    assert all(x >= 2 for x, _ in places)
    assert len(places) >= 4


def test_what_is_stored_already_is_not_counted_as_work() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    done(kitchen, task_for(kitchen, levels=[4]))
    queries = queries_of(source)

    estimate = estimate_of(kitchen, task_for(kitchen, levels=[4]))

    assert (estimate.tiles, estimate.wanted, queries_of(source)) == (256, 0, queries)
    assert not estimate.is_measured


def test_of_existing_tiles_only_those_are_estimated_that_are_stale() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    for x in range(0, 4096, 64):
        kitchen.store.put(TileKey(TileCoord(12, x, 7)), b"old", kitchen.clock.now() - AN_HOUR_AGO)
    now = StalenessPolicy(FixedLimit(kitchen.clock.now()))

    estimate = estimate_of(kitchen, task_for(kitchen, levels=range(15), policy=now, only_existing=True), blocks=150)

    assert estimate.wanted == 64 * 4, "each in a block of four tiles"


def test_a_failing_source_is_told_of_and_not_measured() -> None:
    kitchen = Kitchen(FakeMapSource(SourceContentError("no image")))

    estimate = estimate_of(kitchen, task_for(kitchen, levels=[5]), blocks=3)

    assert (estimate.sample.failed, estimate.is_measured) == (3, False)

"""Workers elsewhere judge tiles as the coordinator's task does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.seeding.seed_task import SeededCache
from tilekeep.config.assemble.ordered_tasks import OrderedTasks
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.map_query import Blank
from tilekeep.domain.seed_orders import ChunkOrder
from tilekeep.domain.seeding import TaskName
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord


class OneGrid:
    """Knows the grid of web maps alone."""

    def grid(self, key: str) -> object:
        return WEBMERCATOR


@pytest.mark.parametrize(("is_rescaled", "makings"), [(True, [1.0, 2.0]), (False, [1.0])])
def test_a_cache_that_draws_tiles_from_other_levels_goes_by_the_policy_of_the_order(
    is_rescaled: bool, makings: list[float]
) -> None:
    kitchen = Kitchen(FakeMapSource(Blank()))
    plain = SeededCache(kitchen.store, kitchen.planner, kitchen.maker, kitchen.get_tile)
    made: list[StalenessPolicy] = []

    def seeded(name: str, key: str, policy: StalenessPolicy) -> SeededCache:
        made.append(policy)
        return replace(plain, is_rescaled=is_rescaled)

    settings = Settings.model_validate({"caches": {"web": {"sources": (), "grids": ("GLOBAL_WEBMERCATOR",)}}})
    tasks = OrderedTasks(settings, OneGrid(), seeded)  # type: ignore[arg-type]
    name = TaskName("seed", "all", "web", WEBMERCATOR.name, (1,))

    for limit in (1.0, 1.0, 2.0):
        order = ChunkOrder(name, (TileCoord(1, 0, 0),), limit, only_existing=False, keeps_stale=True)
        assert tasks.task(order).policy == StalenessPolicy(FixedLimit(limit))

    assert made == [StalenessPolicy(FixedLimit(limit)) for limit in makings]

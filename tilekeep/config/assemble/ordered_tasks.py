"""Tasks of seeding out of the orders of a coordinator, who is elsewhere and has the file of tasks."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.application.seeding.seed_task import SeededCache, SeedTask
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.seed_tasks import seeding_unit
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.seed_orders import ChunkOrder
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy


class OrderedTasks:
    """Makes tasks; caches are put together once.

    Args:
        settings: the configuration.
        grids: makes grids.
        seeded: a cache in the grid with a key, as seeding sees it; its tiles are judged by the policy.
    """

    def __init__(
        self,
        settings: Settings,
        grids: GridAssembly,
        seeded: Callable[[str, str, StalenessPolicy], SeededCache],
    ) -> None:
        self._settings = settings
        self._grids = grids
        self._seeded = seeded
        self._caches: dict[tuple[str, str], tuple[StalenessPolicy, SeededCache]] = {}

    def task(self, order: ChunkOrder) -> SeedTask:
        """The task that an order is a part of, without its area: the order names all units.

        :raises ConfigurationError: there is no such cache, grid or unit.
        """
        name = order.task
        key = self._grid_key(name.cache, name.grid)
        grid = self._grids.grid(key)
        if strange := [unit for unit in order.units if not grid.holds(unit)]:
            raise ConfigurationError(f"the grid {name.grid!r} has no tile {tuple(strange[0])}")
        policy = StalenessPolicy(None if order.stale_before is None else FixedLimit(order.stale_before))
        cache = self._cache(name.cache, key, policy)
        return SeedTask(
            name=name,
            cache=cache,
            plan=SeedPlan(grid, seeding_unit(cache.planner), name.levels),
            policy=policy,
            only_existing=order.only_existing,
            keeps_stale=order.keeps_stale,
        )

    def _grid_key(self, cache: str, grid: str) -> str:
        options = self._settings.caches.get(cache)
        if options is None:
            raise ConfigurationError(f"the cache {cache!r} does not exist")
        for key in options.grids or (DEFAULT_GRID,):
            if self._grids.grid(key).name == grid:
                return key
        raise ConfigurationError(f"the cache {cache!r} has no grid {grid!r}")

    def _cache(self, name: str, key: str, policy: StalenessPolicy) -> SeededCache:
        """The one of the last order, unless it draws tiles from other levels, which go by the policy of the order."""
        last_policy, made = self._caches.get((name, key), (None, None))
        if made is None or (made.is_rescaled and last_policy != policy):
            made = self._seeded(name, key, policy)
            self._caches[name, key] = policy, made
        return made

"""Tasks of seeding and cleaning up out of their options (spec/seed.md, 1 and 2)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.adapters.file_time import FileTimeLimit
from tilekeep.application.seeding.seed_task import CleanupTask, SeededCache, SeedTask
from tilekeep.config.assemble.cache_rules import age_limit
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.caches import RefreshBefore
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_coverage import effective_coverage
from tilekeep.config.mapproxy.meaning_refresh import refresh_limit
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.seeding.checks import grids_of
from tilekeep.config.seeding.options import (
    CleanupOptions,
    LevelRange,
    ResolutionRange,
    SeedOptions,
    SeedSettings,
    TaskOptions,
)
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner
from tilekeep.domain.region import Region
from tilekeep.domain.region_union import RegionUnion
from tilekeep.domain.seed_levels import FromTo, levels_of_resolutions, selected_levels
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.seeding import TaskName
from tilekeep.domain.staleness import AgeLimit, FixedLimit, StalenessPolicy
from tilekeep.domain.tile import Dimensions
from tilekeep.ports.clock import Clock

_ONE_TILE = Size(1, 1)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says instead of the file.

    :ivar refresh_before_seconds: the age at which tiles are stale, for all tasks; None leaves it to them.
    :ivar only_existing: whether no task makes missing tiles.
    :ivar keeps_stale: whether stale tiles stay where they cannot be made anew.
    :ivar untested_levels: as in :class:`tilekeep.domain.seed_plan.SeedPlan`.
    """

    refresh_before_seconds: float | None = None
    only_existing: bool = False
    keeps_stale: bool = True
    untested_levels: int = 0


NO_OVERRIDES = Overrides()


@dataclass(frozen=True, slots=True)
class EmptyTask:
    """A task without any area; it is passed over."""

    name: TaskName
    reason: str


class TilesOfLevel(NamedTuple):
    """Single tiles of a cache: those of a level that lie in ``region``, in the SRS of the grid with ``grid_key``."""

    cache: str
    grid_key: str
    level: int
    dimensions: Dimensions
    region: Region


class SeedTaskAssembly:
    """Makes tasks, each of one cache in one grid.

    Args:
        settings: the configuration.
        base_dir: absolute directory of it, at which paths in the file of tasks begin too.
        grids: makes grids.
        coverages: makes regions.
        effective: the options of a cache.
        seeded: a cache in the grid with a key, as seeding sees it; its tiles are judged by the policy, if one is given.
        clock: ages count from now.
    """

    def __init__(
        self,
        settings: Settings,
        base_dir: str,
        grids: GridAssembly,
        coverages: CoverageAssembly,
        effective: Callable[[str], EffectiveCache],
        seeded: Callable[[str, str, StalenessPolicy | None], SeededCache],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._grids = grids
        self._coverages = coverages
        self._effective = effective
        self._seeded = seeded
        self._clock = clock

    def seeds(
        self, tasks: SeedSettings, names: Sequence[str], overrides: Overrides = NO_OVERRIDES
    ) -> list[SeedTask | EmptyTask]:
        """The tasks of seeding called ``names``, in that order; caches below others come before these.

        :raises ConfigurationError: a coverage cannot be read or has no image in the SRS of a grid; with its place.
        """
        made = [task for name in names for task in self._seeds_of(name, tasks, overrides)]
        return sorted(made, key=lambda task: self._depth(task.name.cache))

    def of_tiles(self, name: str, tiles: Iterable[TilesOfLevel], overrides: Overrides = NO_OVERRIDES) -> list[SeedTask]:
        """Tasks called ``name`` for single tiles, in the order of :meth:`seeds`; caches that make nothing have none."""
        made = []
        for each in tiles:
            cache = self._effective(each.cache)
            if cache.stores_tiles and cache.sources:
                grid, levels = self._grids.grid(each.grid_key), (each.level,)
                task_name = TaskName("seed", name, each.cache, grid.name, levels, each.dimensions)
                part = _Part(task_name, each.grid_key, grid, levels, each.region)
                made.append(self._seed_task(part, SeedOptions(caches=(each.cache,)), cache, overrides))
        return sorted(made, key=self._order)

    def _order(self, task: SeedTask) -> tuple[int, str, str, int]:
        """Caches below others first; in each the levels as tiles of one are drawn from those of another."""
        rescaling = self._effective(task.name.cache).rescaling
        level = task.plan.levels[0]
        downwards = rescaling is not None and rescaling.step > 0
        return self._depth(task.name.cache), task.name.cache, task.name.grid, -level if downwards else level

    def cleanups(self, tasks: SeedSettings, names: Sequence[str]) -> list[CleanupTask | EmptyTask]:
        """The tasks of cleaning up called ``names``, in that order; raises as :meth:`seeds`."""
        return [task for name in names for task in self._cleanups_of(name, tasks)]

    def _seeds_of(self, name: str, tasks: SeedSettings, overrides: Overrides) -> Iterator[SeedTask | EmptyTask]:
        options = tasks.seeds[name]
        for part in self._parts("seed", name, options, tasks):
            cache = self._effective(part.name.cache)
            for levels in _groups(part.levels, cache):
                task_name = part.name._replace(levels=levels)
                if isinstance(part.region, EmptyCoverage):
                    yield EmptyTask(task_name, part.region.message)
                else:
                    yield self._seed_task(part._replace(name=task_name, levels=levels), options, cache, overrides)

    def _seed_task(self, part: _Part, options: SeedOptions, cache: EffectiveCache, overrides: Overrides) -> SeedTask:
        limit, overwrites = self._refresh_of(options, cache, overrides)
        policy = StalenessPolicy(limit)
        seeded = self._seeded(part.name.cache, part.grid_key, policy)
        return SeedTask(
            name=part.name,
            cache=seeded,
            plan=_plan(part, seeded, part.levels, overrides.untested_levels),
            policy=policy,
            only_existing=overrides.only_existing or options.only_existing,
            keeps_stale=overrides.keeps_stale,
            overwrites=overwrites,
        )

    def _cleanups_of(self, name: str, tasks: SeedSettings) -> Iterator[CleanupTask | EmptyTask]:
        options = tasks.cleanups[name]
        for part in self._parts("cleanup", name, options, tasks):
            if isinstance(part.region, EmptyCoverage):
                yield EmptyTask(part.name, part.region.message)
                continue
            limit, removes = self._removal_of(options)
            seeded = self._seeded(part.name.cache, part.grid_key, None)
            yield CleanupTask(
                name=part.name,
                cache=seeded,
                plan=_plan(part, seeded, part.name.levels, 0),
                policy=None if limit is None else StalenessPolicy(limit),
                is_whole=part.region is None,
                spares_unknown=not options.remove_all and options.remove_before is not None,
                removes=removes,
            )

    def _parts(self, kind: str, name: str, options: TaskOptions, tasks: SeedSettings) -> Iterator[_Part]:
        """Each grid with each cache, with each combination of values of dimensions."""
        for key in grids_of(options, self._settings):
            grid = self._grids.grid(key)
            levels = _levels(options, grid)
            region = self._region(kind, name, options, tasks, grid)
            for cache in options.caches:
                for dimensions in _dimensions(options):
                    yield _Part(TaskName(kind, name, cache, grid.name, levels, dimensions), key, grid, levels, region)

    def _region(
        self, kind: str, name: str, options: TaskOptions, tasks: SeedSettings, grid: TileGrid
    ) -> Region | EmptyCoverage | None:
        """The area of a task in the SRS of a grid; None is everywhere."""
        if not options.coverages:
            return None
        regions = []
        for coverage in options.coverages:
            area = effective_coverage(tasks.coverages[coverage], self._base_dir)
            try:
                region = self._coverages.region(area, grid.srs, ("coverages", coverage))
            except EmptyCoverage as empty:
                return empty
            except ConfigurationError as error:
                message = f"{kind} task {name!r}: {error.message}"
                raise ConfigurationError(message, option=error.option) from error
            if region is None:
                return None
            regions.append(region)
        return regions[0] if len(regions) == 1 else RegionUnion(tuple(regions))

    def _refresh_of(
        self, options: SeedOptions, cache: EffectiveCache, overrides: Overrides
    ) -> tuple[AgeLimit | None, str]:
        """What makes tiles stale, and how people are told; that of the task goes before that of the cache."""
        if overrides.refresh_before_seconds is not None:
            limit: AgeLimit | None = FixedLimit(self._clock.now() - overrides.refresh_before_seconds)
        elif options.refresh_before is not None:
            limit = self._fixed(options.refresh_before, ("refresh_before",))
        else:
            return age_limit(cache.refresh), "all tiles"
        return limit, "tiles that are older"

    def _removal_of(self, options: CleanupOptions) -> tuple[AgeLimit | None, str]:
        if options.remove_all:
            return None, "all tiles"
        if options.remove_before is None:
            return FixedLimit(float(int(self._clock.now()))), "all tiles that are there now"
        return self._fixed(options.remove_before, ("remove_before",)), "tiles that are older"

    def _fixed(self, when: RefreshBefore, option: tuple[str, ...]) -> AgeLimit:
        """An instant, as seen once at the start (spec/seed.md, 1.7); nothing said is now."""
        now = float(int(self._clock.now()))
        limit = age_limit(refresh_limit(when, self._base_dir))
        before = now if limit is None else limit.before(now)
        if before is None:
            assert isinstance(limit, FileTimeLimit), "other limits always tell"
            raise ConfigurationError(f"{option[0]}.mtime: the file {when.mtime!r} cannot be read", option=option)
        return FixedLimit(before)

    def _depth(self, cache: str) -> int:
        """How many caches lie below one; a source of the name of a cache is none."""
        below = [source.name for source in self._effective(cache).sources if isinstance(source, EffectiveCacheSource)]
        return 1 + max(map(self._depth, below), default=-1)


class _Part(NamedTuple):
    """One cache in one grid of a task."""

    name: TaskName
    grid_key: str
    grid: TileGrid
    levels: tuple[int, ...]
    region: Region | EmptyCoverage | None


def _plan(part: _Part, seeded: SeededCache, levels: tuple[int, ...], untested_levels: int) -> SeedPlan:
    region = part.region
    assert not isinstance(region, EmptyCoverage), "tasks without area are passed over"
    return SeedPlan(part.grid, seeding_unit(seeded.planner), levels, region, untested_levels)


def seeding_unit(planner: MetaTilePlanner) -> Size:
    """Columns and rows of a unit: tiles that are made together are looked at together."""
    return _ONE_TILE if planner.mode is FetchMode.SINGLE else planner.meta_size


def _levels(options: TaskOptions, grid: TileGrid) -> tuple[int, ...]:
    """Levels go before resolutions; neither is all."""
    levels, resolutions = options.levels, options.resolutions
    if isinstance(levels, LevelRange) and levels.model_fields_set:
        return selected_levels(FromTo(levels.from_, levels.to), grid)
    if isinstance(levels, tuple) and levels:
        return selected_levels(levels, grid)
    if isinstance(resolutions, ResolutionRange) and resolutions.model_fields_set:
        return levels_of_resolutions(FromTo(resolutions.from_, resolutions.to), grid)
    if isinstance(resolutions, tuple) and resolutions:
        return levels_of_resolutions(resolutions, grid)
    return selected_levels(None, grid)


def _groups(levels: tuple[int, ...], cache: EffectiveCache) -> Iterable[tuple[int, ...]]:
    """The levels of one task each: tiles that are drawn from another level come after those of that level."""
    if cache.rescaling is None:
        return [levels]
    ordered = levels if cache.rescaling.step < 0 else tuple(reversed(levels))
    return [(level,) for level in ordered]


def _dimensions(options: TaskOptions) -> Iterator[Dimensions]:
    """All combinations of values; without any, tiles without dimensions."""
    named = sorted((options.dimensions or {}).items())
    for values in itertools.product(*(values for _, values in named)):
        yield tuple(zip((name for name, _ in named), values, strict=True))

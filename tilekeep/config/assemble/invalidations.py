"""What is to be marked as stale when data has changed: caches, and those that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tilekeep.application.seeding.invalidate import Invalidation
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.suggestions import closest
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage, ProjectionError
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.region import NOWHERE, Region
from tilekeep.domain.seed_plan import SeedPlan

_ONE_TILE = Size(1, 1)


class InvalidationAssembly:
    """Finds the tiles that changed data concerns, in all grids.

    Args:
        settings: the configuration.
        grids: makes grids.
        coverages: makes regions.
        caches: knows caches, and their stores.
    """

    def __init__(
        self, settings: Settings, grids: GridAssembly, coverages: CoverageAssembly, caches: CacheAssembly
    ) -> None:
        self._settings = settings
        self._grids = grids
        self._coverages = coverages
        self._caches = caches

    def __call__(
        self,
        names: Sequence[str] | None,
        areas: Sequence[EffectiveCoverage] | None,
        levels: Callable[[TileGrid], tuple[int, ...]],
        *,
        with_derived: bool = True,
    ) -> Iterator[Invalidation]:
        """The tiles of caches in any of some areas; what others are made of comes before these.

        Args:
            names: of caches; None is all.
            areas: where data has changed; None is everywhere, and without anything in any of them it is nowhere.
            levels: chooses among the levels of a grid of the caches that are named; others are reached at all.
            with_derived: whether caches that are made of these are reached too.

        :raises ConfigurationError: there is no such cache, or an area cannot be read.
        """
        reached = self._reached(names, with_derived=with_derived)
        places = None if areas is None else [area for area in areas if not self._is_empty(area)]
        if places == []:
            return
        for name, made_of in reached:
            cache = self._caches.effective(name)
            for key in cache.grids if cache.stores_tiles else ():
                grid = self._grids.grid(key)
                # Levels of one grid are not those of another: what is made of the caches goes at all of them.
                chosen = levels(grid) if made_of is None else tuple(range(grid.levels))
                plan = SeedPlan(grid, _ONE_TILE, chosen, self._region(places, grid))
                yield Invalidation(name, grid.name, self._caches.store(name, key), plan, made_of)

    def _reached(self, names: Sequence[str] | None, *, with_derived: bool) -> list[tuple[str, str | None]]:
        """The caches, each with the one it is reached from; those below others first."""
        known = list(self._settings.caches)
        if unknown := [name for name in names or () if name not in known]:
            hint = closest(unknown[0], known)
            raise ConfigurationError(f"there is no cache {unknown[0]!r}" + (f"; is {hint!r} meant?" if hint else ""))
        reached: dict[str, str | None] = dict.fromkeys(known if names is None else names)
        waiting = list(reached) if with_derived else []
        while waiting:
            below = waiting.pop()
            for name in known:
                if name not in reached and below in self._caches_below(name):
                    reached[name] = below
                    waiting.append(name)
        return sorted(reached.items(), key=lambda item: self._depth(item[0]))

    def _is_empty(self, area: EffectiveCoverage) -> bool:
        """Whether nothing has changed by that: importers write lists without a tile, too."""
        try:
            self._coverages.check(area, ())
        except EmptyCoverage:
            return True
        return False

    def _caches_below(self, name: str) -> list[str]:
        sources = self._caches.effective(name).sources
        return [source.name for source in sources if isinstance(source, EffectiveCacheSource)]

    def _depth(self, name: str) -> int:
        return 1 + max(map(self._depth, self._caches_below(name)), default=-1)

    def _region(self, areas: Sequence[EffectiveCoverage] | None, grid: TileGrid) -> Region | None:
        """The areas in the SRS of a grid, as far as it can show anything of them."""
        if areas is None:
            return None
        try:
            return self._coverages.union(areas, grid.srs, ())
        except ConfigurationError as error:
            if isinstance(error.__cause__, ProjectionError):
                return NOWHERE
            raise

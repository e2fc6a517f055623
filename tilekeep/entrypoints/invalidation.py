"""Marking tiles as stale, from the command line and from Python."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tilekeep.application.seeding.invalidate import Invalidation, MarkedLevel
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.seeding.given_tasks import given_coverage
from tilekeep.domain.errors import StoreError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.seed_levels import selected_levels


class WantedInvalidation(NamedTuple):
    """What is to be marked.

    :ivar caches: their names; None is all.
    :ivar coverages: areas as coverages are written in files; None is everywhere.
    :ivar levels: None is all.
    :ivar with_derived: whether caches that are made of these are reached too.
    :ivar dry_run: whether tiles are only counted.
    """

    caches: Sequence[str] | None
    coverages: Sequence[Mapping[str, Any]] | None
    levels: Sequence[int] | None = None
    with_derived: bool = True
    dry_run: bool = False


class Invalidated(NamedTuple):
    """What came of a cache in one grid.

    :ivar made_of: the cache from which it has been reached, or None.
    :ivar levels: those with tiles in the area.
    :ivar failure: why it could not be done to the end, or None.
    """

    cache: str
    grid: str
    made_of: str | None
    levels: tuple[MarkedLevel, ...]
    failure: str | None = None

    @property
    def marked(self) -> int:
        """How many tiles have been marked, or would be."""
        return sum(level.marked for level in self.levels)


def invalidated(container: TilekeepContainer, wanted: WantedInvalidation) -> Iterator[Invalidated]:
    """Marks tiles cache by cache, and says what came of each.

    :raises ConfigurationError: there is no such cache, or an area cannot be read.
    """
    areas = None if wanted.coverages is None else [_area(coverage) for coverage in wanted.coverages]

    def levels(grid: TileGrid) -> tuple[int, ...]:
        return selected_levels(wanted.levels, grid)

    targets = list(container.use_cases.invalidations()(wanted.caches, areas, levels, with_derived=wanted.with_derived))
    invalidate = container.use_cases.invalidate()
    for target in targets:
        yield _done(target, invalidate(target, dry_run=wanted.dry_run))


def _done(target: Invalidation, levels: Iterator[MarkedLevel]) -> Invalidated:
    """A store that refuses does not keep others from being marked."""
    done: list[MarkedLevel] = []
    failure = None
    try:
        done.extend(levels)
    except StoreError as error:
        failure = str(error)
    return Invalidated(target.cache, target.grid, target.made_of, tuple(done), failure)


def _area(coverage: Mapping[str, Any]) -> EffectiveCoverage:
    area = effective_coverage(given_coverage(coverage), os.getcwd())
    assert area is not None, "it names an area"
    return area

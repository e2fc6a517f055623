"""What is to be seeded and cleaned: tasks, and the caches they concern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_maker import TileMaker
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.meta_tile import MetaTilePlanner
from tilekeep.domain.region import Region
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.seeding import TaskName
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.ports.tile_store import LevelRemover, TileLister, TileLocator, TileReader, TileRemover


class SeededStore(TileReader, TileRemover, TileLister, LevelRemover, TileLocator, Protocol):
    """What seeding and cleaning up ask of a store."""


@dataclass(frozen=True, slots=True)
class SeededCache:
    """A cache in one grid, as seeding sees it.

    :ivar region: the area of the cache in the SRS of the grid; tiles outside are not missed.  None is everywhere.
    :ivar maker: makes blocks of tiles, with sources that are for seeding only; None for a cache without sources.
    :ivar upstreams: the servers that its sources ask.
    :ivar tiles: its tiles, those drawn from other levels among them, where ``is_rescaled``; these are made one by one.
    """

    store: SeededStore
    planner: MetaTilePlanner
    maker: TileMaker | None
    tiles: Tiles
    region: Region | None = None
    is_rescaled: bool = False
    upstreams: tuple[Upstream, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedTask:
    """Tiles of one cache in one grid that are to be there.

    :ivar plan: which, in the order in which they are looked at.
    :ivar policy: which stored ones are good enough.
    :ivar only_existing: whether only stored tiles are made anew, and no missing ones.
    :ivar keeps_stale: whether a stale tile stays where it cannot be made anew.
    :ivar overwrites: what is made anew, for people.
    """

    name: TaskName
    cache: SeededCache
    plan: SeedPlan
    policy: StalenessPolicy
    only_existing: bool = False
    keeps_stale: bool = True
    overwrites: str = "all tiles"

    @property
    def fingerprint(self) -> str:
        """By which it is told from another task of the same name, of which notes say nothing that counts for this."""
        return f"{self.plan.fingerprint} {'existing' if self.only_existing else 'all'}"


@dataclass(frozen=True, slots=True)
class CleanupTask:
    """Tiles of one cache in one grid that are to go.

    :ivar plan: where they are.
    :ivar policy: those that are not good by it go; None for all.
    :ivar is_whole: whether the plan holds all tiles of its levels.
    :ivar spares_unknown: whether tiles stay of which nobody knows the age, as they may be young.
    :ivar removes: what goes, for people.
    """

    name: TaskName
    cache: SeededCache
    plan: SeedPlan
    policy: StalenessPolicy | None
    is_whole: bool
    spares_unknown: bool = False
    removes: str = "all tiles"

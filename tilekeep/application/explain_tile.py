"""Explain what a tile request would do, without doing it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.application.tile_maker import KnowsObstacles, Obstacles, WantedBlock
from tilekeep.domain.deadline import Purpose
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import MapQuery, Upstream, UpstreamRequest
from tilekeep.domain.meta_tile import MetaTilePlan, MetaTilePlanner, PlannedFetch
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.staleness import StalenessPolicy, Verdict
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey, TileSet
from tilekeep.domain.upstream_load import UpstreamStatus
from tilekeep.ports.clock import Clock
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.tile_store import TileLocator, TileReader
from tilekeep.ports.upstream_gate import UpstreamGate


class ExplainedFetch(NamedTuple):
    """One fetch of the plan and the upstream requests it comes to: several for merged sources, none if drawn here."""

    bbox: BBox
    size: Size
    tiles: int
    requests: tuple[UpstreamRequest, ...]


class ExplainedUpstream(NamedTuple):
    """A server that the sources of the cache ask, with its limits, and how it stands at the moment."""

    upstream: Upstream
    status: UpstreamStatus


class Explanation(NamedTuple):
    """What is known of a tile at an instant (POSIX seconds) and what a request for it would come to then.

    ``age_seconds`` is None for a tile that is not stored; ``fetches`` is empty when nothing would be fetched, as for a
    tile outside the coverage of the cache, which is empty even if it is stored. ``gaps_from_level`` is the level this
    tile would be drawn from if the sources have nothing here; None if that is not done.  ``obstacles`` and
    ``upstreams`` are what the fetches would meet; None and none where nothing would be fetched.  ``patience_seconds``
    is how long a request waits for a stale tile to be made anew before it gets the old one, and ``shown_for`` the
    seconds for which a stale tile may still be shown, None for ever.
    """

    at: float
    tile_set: TileSet
    grid: TileGrid
    key: TileKey
    bbox: BBox
    location: str
    info: TileInfo | None
    age_seconds: float | None
    verdict: Verdict
    main_tile: TileCoord
    outside_coverage: bool
    gaps_from_level: int | None
    fetches: tuple[ExplainedFetch, ...]
    obstacles: Obstacles | None = None
    upstreams: tuple[ExplainedUpstream, ...] = ()
    patience_seconds: float = math.inf
    shown_for: float | None = None


class ExplainTile:
    """Looks a tile up and says what would happen next; fetches, stores and locks nothing.

    Args:
        tile_set: which cache, grid and format the tile belongs to.
        grid: the grid of the cache.
        reader: where its tiles are stored.
        locator: says where a tile lies.
        policy: says which stored tiles are still good.
        planner: which tiles are made together.
        region: the area of the cache in the SRS of ``grid``; None is everywhere.
        rescaling_step: -1 if gaps are filled from the coarser level, 1 from the finer one, None if they stay.
        source: where missing tiles come from; None for storage-only caches.
        request_media_type: the image format asked of the source.
        maker: knows what is in the way of making tiles; None for storage-only caches.
        upstreams: the servers that the source asks.
        gate: knows how they stand.
        clock: the current time.
        patience_seconds: how long requests wait for stale tiles to be made anew.
    """

    def __init__(
        self,
        *,
        tile_set: TileSet,
        grid: TileGrid,
        reader: TileReader,
        locator: TileLocator,
        policy: StalenessPolicy,
        planner: MetaTilePlanner,
        region: Region | None,
        rescaling_step: int | None,
        source: MapSource | None,
        request_media_type: str,
        maker: KnowsObstacles | None,
        upstreams: Sequence[Upstream],
        gate: UpstreamGate,
        clock: Clock,
        patience_seconds: float = math.inf,
    ) -> None:
        self._tile_set = tile_set
        self._grid = grid
        self._reader = reader
        self._locator = locator
        self._policy = policy
        self._planner = planner
        self._region = region
        self._rescaling_step = rescaling_step
        self._source = source
        self._media_type = request_media_type
        self._maker = maker
        self._upstreams = upstreams
        self._gate = gate
        self._clock = clock
        self._patience_seconds = patience_seconds

    def __call__(self, key: TileKey) -> Explanation:
        """The explanation of ``key``, whose coordinate must lie inside the grid."""
        info = self._reader.stat_many([key]).get(key)
        now = self._clock.now()
        verdict = self._policy.judge(info, now)
        plan = self._planner.plan_for(key.coord)
        bbox = self._grid.tile_bbox(key.coord)
        outside = self._region is not None and self._region.relate(bbox) is Relation.DISJOINT
        fetches = () if outside or verdict is Verdict.FRESH else self._fetches(plan, key)
        return Explanation(
            at=now,
            tile_set=self._tile_set,
            grid=self._grid,
            key=key,
            bbox=bbox,
            location=self._locator.locate(key),
            info=info,
            age_seconds=None if info is None else now - info.stored_at,
            verdict=verdict,
            main_tile=plan.main,
            outside_coverage=outside,
            gaps_from_level=None if outside else self._gaps_from_level(key),
            fetches=fetches,
            obstacles=self._obstacles(plan, key) if fetches else None,
            upstreams=self._standing() if fetches else (),
            patience_seconds=self._patience_seconds,
            shown_for=self._policy.shown_for(info, now) if info is not None and verdict is Verdict.STALE else None,
        )

    def _obstacles(self, plan: MetaTilePlan, key: TileKey) -> Obstacles | None:
        if self._maker is None:
            return None
        return self._maker.obstacles(WantedBlock(plan, key.dimensions, key.variant, self._policy, Purpose.SERVE))

    def _standing(self) -> tuple[ExplainedUpstream, ...]:
        return tuple(ExplainedUpstream(upstream, self._gate.status(upstream)) for upstream in self._upstreams)

    def _gaps_from_level(self, key: TileKey) -> int | None:
        if self._rescaling_step is None:
            return None
        level = key.coord.z + self._rescaling_step
        return level if 0 <= level < self._grid.levels else None

    def _fetches(self, plan: MetaTilePlan, key: TileKey) -> tuple[ExplainedFetch, ...]:
        source = self._source
        if source is None:
            return ()
        return tuple(
            ExplainedFetch(
                fetch.bbox,
                fetch.size,
                len(fetch.crops),
                source.requests_for(self._query(fetch, key), Purpose.SERVE),
            )
            for fetch in plan.fetches
        )

    def _query(self, fetch: PlannedFetch, key: TileKey) -> MapQuery:
        return MapQuery(fetch.bbox, fetch.size, self._grid.srs, self._media_type, key.dimensions, variant=key.variant)

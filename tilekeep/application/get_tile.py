"""Get one tile of a cache: the journey nearly every request takes."""

from __future__ import annotations

import logging

from tilekeep.application.tile_answer import TileAnswer, TileState
from tilekeep.application.tile_maker import Made, NoTile, Outcome, TileMaker, WantedBlock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceError, StoreError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.meta_tile import MetaTilePlanner
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.staleness import NEVER_FRESH, StalenessPolicy, Verdict
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileReader

log = logging.getLogger("tilekeep.cache.tile")

_HIT = TileState.HIT
_FRESH = Verdict.FRESH


class GetTile:
    """Reads a tile, and has it made when it is missing or stale.

    A stale tile is the answer when the source fails.  Without a ``maker`` the cache is storage only: what is
    stored is delivered as it is, without asking for its age (spec/caches.md, 6).

    Args:
        reader: where the tiles of the cache are stored.
        policy: says which stored tiles are still good.
        maker: makes missing tiles; None for storage-only caches.
        planner: which tiles are made together.
        grid: the grid of the cache.
        region: the area of the cache in the SRS of ``grid``; tiles outside are empty even if stored.
        clock: the current time.
        retry_seconds: how long clients should keep a stale tile that stands in for a failing source.
    """

    __slots__ = ("_clock", "_grid", "_judge", "_maker", "_now", "_planner", "_policy", "_read", "_region", "_retry")

    def __init__(
        self,
        *,
        reader: TileReader,
        policy: StalenessPolicy,
        maker: TileMaker | None,
        planner: MetaTilePlanner,
        grid: TileGrid,
        region: Region | None,
        clock: Clock,
        retry_seconds: float,
    ) -> None:
        self._read = reader.read
        self._policy = policy
        self._judge = policy.judge
        self._maker = maker
        self._planner = planner
        self._grid = grid
        self._region = region
        self._clock = clock
        self._now = clock.now
        self._retry = retry_seconds

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """The tile ``key``, whose coordinate must lie inside the grid.

        :raises SourceError: it has to be made, the source fails, and no old tile may stand in.
        :raises LockTimeout: it has to be made and another process did not finish before the deadline.
        """
        if self._region is not None and self._outside(key):
            return TileAnswer(None, _HIT)
        tile = self._stored(key, deadline)
        if tile is not None and (self._maker is None or self._judge(tile.info, self._now()) is _FRESH):
            return TileAnswer(tile, _HIT)
        if self._maker is None:
            return TileAnswer(None, TileState.MISS)
        return self._made(self._maker, key, tile, purpose, deadline)

    def _outside(self, key: TileKey) -> bool:
        assert self._region is not None
        return self._region.relate(self._grid.tile_bbox(key.coord)) is Relation.DISJOINT

    def _stored(self, key: TileKey, deadline: Deadline) -> StoredTile | None:
        """A store that cannot be read is as good as an empty one while there are sources to ask."""
        try:
            return self._read(key, deadline)
        except StoreError as error:
            if self._maker is None:
                raise
            log.warning("reading tile %s failed, it counts as missing: %s", key.coord, error)
            return None

    def _made(
        self, maker: TileMaker, key: TileKey, old: StoredTile | None, purpose: Purpose, deadline: Deadline
    ) -> TileAnswer:
        plan = self._planner.plan_for(key.coord)
        block = WantedBlock(plan, key.dimensions, key.variant, self._policy, purpose)
        try:
            answer = self._answer(maker.make(block, deadline)[key], key, old, deadline)
            if answer is None:
                # The store holds something under this name that it cannot give: an unreadable file, no image.
                anew = block._replace(policy=NEVER_FRESH)
                answer = self._answer(maker.make(anew, deadline)[key], key, old, deadline)
        except (SourceError, LockTimeout) as error:
            return self._stand_in(key, old, error)
        return answer or TileAnswer(None, TileState.MISS, storable=False)

    def _answer(self, outcome: Outcome, key: TileKey, old: StoredTile | None, deadline: Deadline) -> TileAnswer | None:
        """What an outcome means for the client; None if the tile should be in the store and is not to be had."""
        if isinstance(outcome, Made):
            return TileAnswer(outcome.tile, TileState.REFRESHED if old else TileState.MISS)
        if isinstance(outcome, NoTile):
            return TileAnswer(self._showable(old), TileState.STALE if old else TileState.MISS)
        tile = self._stored(key, deadline) or self._showable(old)
        if tile is None:
            return None
        return TileAnswer(tile, TileState.REFRESHED if outcome.renewed else _HIT)

    def _stand_in(self, key: TileKey, old: StoredTile | None, error: SourceError | LockTimeout) -> TileAnswer:
        tile = self._showable(old)
        if tile is None:
            raise error
        log.info("showing the stale tile %s: %s", key.coord, error)
        retry_after = error.retry_after if isinstance(error, SourceError) else None
        return TileAnswer(tile, TileState.STALE, fresh_for=retry_after or self._retry)

    def _showable(self, old: StoredTile | None) -> StoredTile | None:
        if old is None:
            return None
        return old if self._policy.may_show(self._judge(old.info, self._now())) else None

"""Get tiles of a cache: the journey nearly every request takes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from tilekeep.application.stale_refresh import StaleRefresh
from tilekeep.application.store_trouble import StoreTrouble
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.application.tile_maker import Made, NoTile, Outcome, TileMaker, WantedBlock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceError, StoreError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.keeping import Worth, shortest
from tilekeep.domain.meta_tile import MetaTilePlan, MetaTilePlanner
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.staleness import NEVER_FRESH, StalenessPolicy, Verdict
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.clock import Clock
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.tile_store import TileReader

log = logging.getLogger("tilekeep.cache.tile")

_HIT = TileState.HIT
_FRESH = Verdict.FRESH

#: How long clients are told that a stale tile may be shown, where nothing limits that.
_DAY_SECONDS = 86400.0


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
        parallel: makes several blocks of tiles side by side.
        retry_seconds: how long clients should keep a stale tile that stands in for a failing source.
        concurrent_makings: blocks of tiles made at a time for one request (``concurrent_tile_creators``).
        refresh: makes stale tiles anew beside the request, which may be given the old ones; None lets it wait.
        tells_age: whether answers say how long the tile stays fresh, and how long it may be shown after that.
    """

    __slots__ = (
        "_clock",
        "_concurrent_makings",
        "_grid",
        "_judge",
        "_maker",
        "_now",
        "_parallel",
        "_planner",
        "_policy",
        "_read",
        "_reader",
        "_refresh",
        "_region",
        "_retry",
        "_stale_for",
        "_tells_age",
        "_trouble",
    )

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
        parallel: ParallelRunner,
        retry_seconds: float,
        concurrent_makings: int = 1,
        refresh: StaleRefresh | None = None,
        tells_age: bool = False,
    ) -> None:
        self._reader = reader
        self._read = reader.read
        self._policy = policy
        self._judge = policy.judge
        self._maker = maker
        self._planner = planner
        self._grid = grid
        self._region = region
        self._clock = clock
        self._now = clock.now
        self._parallel = parallel
        self._retry = retry_seconds
        self._concurrent_makings = concurrent_makings
        self._refresh = refresh
        self._trouble = StoreTrouble(log, clock)
        self._tells_age = tells_age and maker is not None and policy.limit is not None
        self._stale_for = _DAY_SECONDS if policy.max_stale_seconds is None else policy.max_stale_seconds

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        if self._region is not None and self._outside(key):
            return TileAnswer(None, _HIT)
        tile = self._stored(key, deadline)
        if tile is not None and (self._maker is None or self._judge(tile.info, self._now()) is _FRESH):
            return self._good(tile, _HIT) if self._tells_age else TileAnswer(tile, _HIT)
        if self._maker is None:
            return TileAnswer(None, TileState.MISS)
        block = self._block(self._planner.plan_for(key.coord), key, purpose)
        return self._made(self._maker, block, {key: tile}, deadline)[key]

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        if len(keys) == 1:
            return [self(keys[0], purpose, deadline)]
        answers: dict[TileKey, TileAnswer] = {}
        inside = [key for key in keys if self._region is None or not self._outside(key)]
        stored = self._stored_many(inside, deadline)
        missing: dict[TileKey, StoredTile | None] = {}
        now = self._now()
        for key in inside:
            tile = stored.get(key)
            if tile is not None and (self._maker is None or self._judge(tile.info, now) is _FRESH):
                answers[key] = self._good(tile, _HIT)
            elif self._maker is None:
                answers[key] = TileAnswer(None, TileState.MISS)
            else:
                missing[key] = tile
        if missing and self._maker is not None:
            answers.update(self._made_many(self._maker, missing, purpose, deadline))
        outside = TileAnswer(None, _HIT)
        return [answers.get(key, outside) for key in keys]

    def _made_many(
        self, maker: TileMaker, missing: Mapping[TileKey, StoredTile | None], purpose: Purpose, deadline: Deadline
    ) -> dict[TileKey, TileAnswer]:
        """The missing tiles, several blocks at a time."""
        example = next(iter(missing))
        blocks = [
            self._block(plan, example, purpose) for plan in self._planner.plans_for([key.coord for key in missing])
        ]

        def made(block: WantedBlock) -> dict[TileKey, TileAnswer]:
            wanted = {key: missing[key] for key in block.keys if key in missing}
            return self._made(maker, block, wanted, deadline)

        answers: dict[TileKey, TileAnswer] = {}
        for part in self._parallel.map(made, blocks, self._concurrent_makings):
            answers.update(part)
        return answers

    def _block(self, plan: MetaTilePlan, key: TileKey, purpose: Purpose) -> WantedBlock:
        return WantedBlock(plan, key.dimensions, key.variant, self._policy, purpose)

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
            self._trouble(logging.WARNING, "reading tile %s failed, it counts as missing: %s", key.coord, error)
            return None

    def _stored_many(self, keys: Sequence[TileKey], deadline: Deadline) -> Mapping[TileKey, StoredTile]:
        """As :meth:`_stored` for several."""
        try:
            return self._reader.read_many(keys, deadline)
        except StoreError as error:
            if self._maker is None:
                raise
            self._trouble(logging.WARNING, "reading %d tiles failed, they count as missing: %s", len(keys), error)
            return {}

    def _made(
        self,
        maker: TileMaker,
        block: WantedBlock,
        wanted: Mapping[TileKey, StoredTile | None],
        deadline: Deadline,
    ) -> dict[TileKey, TileAnswer]:
        """The answers for those tiles of ``block`` that are ``wanted``, each with the old tile if there is one."""
        try:
            outcomes = self._outcomes(maker, block, wanted, deadline)
            if outcomes is None:
                return {key: self._old(old, self._retry) for key, old in wanted.items()}
            answers = self._answers(outcomes, wanted, deadline)
            lost = {key: old for key, old in wanted.items() if key not in answers}
            if lost:
                # The store holds something under these names that it cannot give: an unreadable file, no image.
                anew = block._replace(policy=NEVER_FRESH)
                answers |= self._answers(maker.make(anew, deadline), lost, deadline)
        except (SourceError, LockTimeout) as error:
            return {key: self._stand_in(key, old, error) for key, old in wanted.items()}
        nothing = TileAnswer(None, TileState.MISS, storable=False)
        return {key: answers.get(key, nothing) for key in wanted}

    def _outcomes(
        self,
        maker: TileMaker,
        block: WantedBlock,
        wanted: Mapping[TileKey, StoredTile | None],
        deadline: Deadline,
    ) -> Mapping[TileKey, Outcome] | None:
        """What came of making the block; None if the old tiles, all of which may be shown, are the answer meanwhile."""
        if self._refresh is None or block.purpose is not Purpose.SERVE or not all(map(self._showable, wanted.values())):
            return maker.make(block, deadline)
        return self._refresh(block, deadline)

    def _answers(
        self,
        outcomes: Mapping[TileKey, Outcome],
        wanted: Mapping[TileKey, StoredTile | None],
        deadline: Deadline,
    ) -> dict[TileKey, TileAnswer]:
        """What outcomes mean for the client, without those tiles that should be in the store and are not to be had."""
        found = {key: self._answer(outcomes[key], key, old, deadline) for key, old in wanted.items()}
        return {key: answer for key, answer in found.items() if answer is not None}

    def _answer(self, outcome: Outcome, key: TileKey, old: StoredTile | None, deadline: Deadline) -> TileAnswer | None:
        """What an outcome means for the client; None if the tile should be in the store and is not to be had."""
        if isinstance(outcome, Made):
            if outcome.worth is Worth.STOPGAP and (better := self._showable(old)) is not None:
                return self._old(better, self._retry)
            made = self._good(outcome.tile, TileState.REFRESHED if old else TileState.MISS)
            return made._replace(
                fresh_for=outcome.fresh_for,
                storable=outcome.storable,
                worth=outcome.worth,
                good_for=shortest(made.good_for, outcome.good_for) if outcome.fresh_for is None else None,
            )
        better = self._showable(old)
        if isinstance(outcome, NoTile):
            left_over = self._old(better, self._retry)._replace(left_over=True)
            return TileAnswer(None, TileState.MISS) if old is None else left_over
        tile = self._stored(key, deadline)
        if tile is None:
            return None if better is None else self._old(better, self._retry)
        return self._good(tile, TileState.REFRESHED if outcome.renewed or old is not None else _HIT)

    def _good(self, tile: StoredTile, state: TileState) -> TileAnswer:
        """A fresh tile, and for how long it is."""
        if not self._tells_age:
            return TileAnswer(tile, state)
        good_for = self._policy.fresh_for(tile.info, self._now())
        return TileAnswer(tile, state, stale_for=self._stale_for, good_for=good_for)

    def _old(self, tile: StoredTile | None, fresh_for: float) -> TileAnswer:
        """A stale tile, which may be asked for again after ``fresh_for`` seconds."""
        shown_for = None if tile is None else self._policy.shown_for(tile.info, self._now())
        stale_for: float | None = self._stale_for
        if shown_for is not None:
            fresh_for = min(fresh_for, shown_for)
            stale_for = shown_for - fresh_for
        return TileAnswer(tile, TileState.STALE, fresh_for, stale_for=stale_for if self._tells_age else None)

    def _stand_in(self, key: TileKey, old: StoredTile | None, error: SourceError | LockTimeout) -> TileAnswer:
        tile = self._showable(old)
        if tile is None:
            raise error
        log.info("showing the stale tile %s: %s", key.coord, error)
        retry_after = error.retry_after if isinstance(error, SourceError) else None
        return self._old(tile, retry_after or self._retry)

    def _showable(self, old: StoredTile | None) -> StoredTile | None:
        if old is None:
            return None
        return old if self._policy.may_show(self._judge(old.info, self._now())) else None

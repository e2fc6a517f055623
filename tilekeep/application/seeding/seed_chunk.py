"""Seed one chunk: the same maker, locks, gate and rules as in serving."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.application.tile_maker import InStore, Made, Outcome, WantedBlock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import (
    LockTimeout,
    SourceBusy,
    SourceError,
    SourceRecentlyFailed,
    SourceStatusError,
    SourceTimeout,
    SourceUnreachable,
    StoreError,
)
from tilekeep.domain.keeping import Worth
from tilekeep.domain.patience import Patience
from tilekeep.domain.region import Relation
from tilekeep.domain.seed_orders import ChunkPart
from tilekeep.domain.seed_plan import SeedChunk
from tilekeep.domain.seeding import ChunkResult, FailedUnit
from tilekeep.domain.staleness import Verdict, is_of_unknown_age
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_executor import Stopped
from tilekeep.ports.stop import Stop

log = logging.getLogger("tilekeep.seed")

_SERVER_ERRORS = 500
_TOO_MANY_REQUESTS = 429

#: What is wrong with an answer will be wrong with the next one too, but for a hiccup.
_LITTLE_PATIENCE = 3

_NOT_FOR_KEEPING = "what came is not for keeping: made of stale tiles, or declared so by its server"


class _Later(Exception):
    """There is no time left to wait for a source."""

    def __init__(self, attempts: int, wait_seconds: float) -> None:
        super().__init__(attempts, wait_seconds)
        self.attempts = attempts
        self.wait_seconds = wait_seconds


class SeedChunkWork:
    """Makes those tiles of a chunk that are missing or stale.

    Args:
        clock: measures time.
        stop: ends the work between two units, and while a source is waited for.
        making_seconds: how long the making of one unit may take.
        patience: with sources that do not answer; those that answer badly are asked a few times only.
    """

    def __init__(self, clock: Clock, stop: Stop, *, making_seconds: float, patience: Patience) -> None:
        self._clock = clock
        self._stop = stop
        self._making_seconds = making_seconds
        self._patience = patience

    def __call__(self, task: SeedTask, chunk: SeedChunk) -> ChunkResult:
        """What came of it; a unit that fails does not keep the others from being made.

        :raises Stopped: there was no time to finish it.
        :raises StoreError: nothing can be stored.
        """
        result = ChunkResult()
        for unit, kept in self._wanted(task, task.plan.units(chunk)):
            if self._stop.requested:
                raise Stopped
            result = result.plus(ChunkResult(kept=kept) if unit is None else self._made(task, unit))
        return result

    def part(self, task: SeedTask, units: Sequence[TileCoord], attempts: int, seconds: float) -> ChunkPart:
        """Makes those of ``units`` that are missing or stale, as many as there is time for; raises as the call itself.

        Args:
            task: whose units they are.
            units: in order.
            attempts: how often it has been tried in vain to make the first of them.
            seconds: after which nothing more is begun; nor is a source waited for that long.
        """
        result, until = ChunkResult(), self._clock.monotonic() + seconds
        for number, (unit, kept) in enumerate(self._wanted(task, units)):
            if self._stop.requested:
                raise Stopped
            if number and self._clock.monotonic() >= until:
                return ChunkPart(result, number)
            try:
                made = ChunkResult(kept=kept) if unit is None else self._made(task, unit, attempts, until)
            except _Later as later:
                return ChunkPart(result, number, later.attempts, later.wait_seconds)
            result, attempts = result.plus(made), 0
        return ChunkPart(result, len(units))

    def units(self, task: SeedTask, units: Sequence[TileCoord]) -> ChunkResult:
        """What came of making some units, whatever is stored of them; raises as the call itself."""
        result = ChunkResult()
        for unit in units:
            if self._stop.requested:
                raise Stopped
            result = result.plus(self._made(task, unit))
        return result

    def kept(self, task: SeedTask, chunk: SeedChunk) -> ChunkResult | None:
        """What comes of a chunk all of whose tiles are good as they are; None if some are to be made."""
        result = ChunkResult()
        for unit, kept in self._wanted(task, task.plan.units(chunk)):
            if unit is not None:
                return None
            result = result.plus(ChunkResult(kept=kept))
        return result

    def wanted(self, task: SeedTask, chunk: SeedChunk) -> list[TileCoord]:
        """The units of a chunk that are to be made."""
        return [unit for unit, _ in self._wanted(task, task.plan.units(chunk)) if unit is not None]

    def count(self, task: SeedTask, chunk: SeedChunk) -> ChunkResult:
        """What would be made, without making it."""
        result = ChunkResult()
        for unit, kept in self._wanted(task, task.plan.units(chunk)):
            made = 0 if unit is None else len(task.plan.tiles(unit))
            result = result.plus(ChunkResult(made=made, kept=kept))
        return result

    def _wanted(self, task: SeedTask, units: Iterable[TileCoord]) -> Iterator[tuple[TileCoord | None, int]]:
        """Units to be made; None, with the number of their tiles, for those that are good as they are."""
        keys_of = {unit: _keys(task, _covered(task, unit)) for unit in units}
        infos = task.cache.store.stat_many([key for keys in keys_of.values() for key in keys], with_records=False)
        now = self._clock.now()
        for unit, keys in keys_of.items():
            yield (unit, 0) if _is_wanted(task, keys, infos, now) else (None, len(keys))

    def _made(self, task: SeedTask, unit: TileCoord, attempts: int = 0, until: float = math.inf) -> ChunkResult:
        """Tries until it succeeds or patience ends.

        :raises _Later: it would have to be waited beyond ``until``.
        """
        attempt = attempts + 1
        while True:
            try:
                return self._attempt(task, unit)
            except (SourceError, LockTimeout) as error:
                wait = self._patience_with(error).wait_after(attempt, getattr(error, "retry_after", None))
                if wait is None:
                    return self._given_up(task, unit, error)
                log.warning("tiles around %s failed, trying again in %.0f s: %s", tuple(unit), wait, error)
            if self._clock.monotonic() + wait > until:
                raise _Later(attempt, wait)
            if self._stop.wait(wait):
                raise Stopped
            attempt += 1

    def _patience_with(self, error: SourceError | LockTimeout) -> Patience:
        passing = isinstance(error, LockTimeout | SourceBusy | SourceRecentlyFailed | SourceTimeout | SourceUnreachable)
        if isinstance(error, SourceStatusError):
            passing = error.status >= _SERVER_ERRORS or error.status == _TOO_MANY_REQUESTS
        if passing:
            return self._patience
        few = min(self._patience.attempts, _LITTLE_PATIENCE)
        return Patience(few, self._patience.first_seconds, self._patience.longest_seconds)

    def _given_up(self, task: SeedTask, unit: TileCoord, error: Exception) -> ChunkResult:
        log.error("tiles around %s are given up: %s", tuple(unit), error)
        if not task.keeps_stale:
            self._remove_stale(task, unit)
        return ChunkResult(failed=(FailedUnit(unit, str(error)),))

    def _remove_stale(self, task: SeedTask, unit: TileCoord) -> None:
        keys = _keys(task, task.plan.tiles(unit))
        now = self._clock.now()
        infos = task.cache.store.stat_many(keys, with_records=False)
        stale = [
            key
            for key, info in infos.items()
            if task.policy.judge(info, now) is not Verdict.FRESH and not is_of_unknown_age(info)
        ]
        task.cache.store.remove(stale)

    def _attempt(self, task: SeedTask, unit: TileCoord) -> ChunkResult:
        deadline = Deadline(self._clock.monotonic() + self._making_seconds)
        if task.cache.is_rescaled:
            return self._one_by_one(task, unit, deadline)
        assert task.cache.maker is not None, "only caches with sources are seeded"
        plan = task.cache.planner.plan_for(unit)
        block = WantedBlock(plan, task.name.dimensions, "", task.policy, Purpose.SEED)
        outcomes = task.cache.maker.make(block, deadline)
        return _settled(unit, list(outcomes.values()))

    def _one_by_one(self, task: SeedTask, unit: TileCoord, deadline: Deadline) -> ChunkResult:
        keys = _keys(task, task.plan.tiles(unit))
        if task.only_existing:
            stored = task.cache.store.stat_many(keys, with_records=False)
            keys = [key for key in keys if key in stored]
        answers = task.cache.tiles.many(keys, Purpose.SEED, deadline)
        if any(answer.tile is not None and not answer.storable and answer.worth is Worth.MAP for answer in answers):
            return ChunkResult(failed=(FailedUnit(unit, _NOT_FOR_KEEPING),))
        stale = next((answer for answer in answers if answer.state is TileState.STALE and not answer.left_over), None)
        if stale is not None:
            message = "stale tiles stand in, since the source fails"
            raise SourceRecentlyFailed(message, retry_after=stale.fresh_for)
        return _told(answers)


def _told(answers: Sequence[TileAnswer]) -> ChunkResult:
    """Answers in numbers; what is left over of an earlier time, where there is nothing to draw from, is kept."""
    kept = sum(answer.state is TileState.HIT or (answer.left_over and answer.tile is not None) for answer in answers)
    made = sum(
        answer.state is not TileState.HIT and answer.tile is not None and answer.storable and not answer.left_over
        for answer in answers
    )
    return ChunkResult(made=made, kept=kept, empty=len(answers) - made - kept)


def _covered(task: SeedTask, unit: TileCoord) -> list[TileCoord]:
    """The tiles of a unit in the area of the cache: of the others nobody says that they are missing."""
    region, grid = task.cache.region, task.plan.grid
    tiles = task.plan.tiles(unit)
    if region is None:
        return tiles
    return [coord for coord in tiles if region.relate(grid.tile_bbox(coord)) is not Relation.DISJOINT]


def _is_wanted(task: SeedTask, keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo], now: float) -> bool:
    """Whether any tile is missing or stale; where only what exists is refreshed, whether any is stale."""
    verdicts = {task.policy.judge(infos.get(key), now) for key in keys}
    verdicts.discard(Verdict.FRESH)
    if task.only_existing:
        verdicts.discard(Verdict.MISSING)
    return bool(verdicts)


def _keys(task: SeedTask, coords: Sequence[TileCoord]) -> list[TileKey]:
    return [TileKey(coord, task.name.dimensions) for coord in coords]


def _settled(unit: TileCoord, outcomes: Sequence[Outcome]) -> ChunkResult:
    """The outcomes of a unit in numbers; what has not been stored is not done.

    :raises StoreError: it could not be stored.
    """
    unstored = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Made) and not outcome.stored and not _is_wanted_so(outcome)
    ]
    if any(outcome.storable for outcome in unstored):
        raise StoreError(f"tiles around {tuple(unit)} could not be stored; the log says why")
    if unstored:
        return ChunkResult(failed=(FailedUnit(unit, _NOT_FOR_KEEPING),))
    return _counted(outcomes)


def _is_wanted_so(made: Made) -> bool:
    """Whether the configuration has a tile stand for a failure that is not to be kept, or no better than an old one."""
    return made.worth is Worth.STOPGAP or (made.worth is Worth.STAND_IN and not made.storable)


def _counted(outcomes: Iterable[Outcome]) -> ChunkResult:
    """The outcomes of a block in numbers."""
    kinds = Counter(map(_kind, outcomes))
    return ChunkResult(made=kinds["made"], renewed=kinds["renewed"], kept=kinds["kept"], empty=kinds["empty"])


def _kind(outcome: Outcome) -> str:
    match outcome:
        case Made(stored=True):
            return "made"
        case Made(storable=True):
            return "kept"
        case InStore(renewed=renewed):
            return "renewed" if renewed else "kept"
        case _:
            return "empty"

"""Estimate what a task of seeding comes to, by making a few of its tiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tilekeep.application.seeding.existing_chunks import ExistingChunks, existing_chunks
from tilekeep.application.seeding.seed_chunk import SeedChunkWork
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.seed_counts import LevelCount, counted_level
from tilekeep.domain.seed_estimate import Sampled, SeedEstimate, estimated
from tilekeep.domain.seed_plan import PlannedChunk, Position, SeedChunk, SeedPlan
from tilekeep.domain.seeding import ChunkResult
from tilekeep.domain.tile import TileKey
from tilekeep.ports.clock import Clock

#: Steps in a square that spread any number of places evenly: powers of the root of x**3 = x + 1, the golden ratio of
#: two dimensions.
_ACROSS, _DOWN = 0.7548776662466927, 0.5698402909980532


class EstimateTask:
    """Looks at some chunks of each level, spread over its area, and makes one block in each that needs it.

    What is made is stored, as a seeding run would store it: it is made once, not twice.

    Args:
        work: looks and makes; it should not wait long for a source that fails.
        clock: measures.
        blocks: at most so many are made, over all levels, and as many chunks looked at; at least one a level.
    """

    def __init__(self, work: SeedChunkWork, clock: Clock, *, blocks: int) -> None:
        self._work = work
        self._clock = clock
        self._blocks = blocks

    def __call__(self, task: SeedTask) -> SeedEstimate:
        """The estimate.

        :raises StoreError: the store cannot be looked at or written.
        """
        if task.only_existing:
            found = existing_chunks(task, self._clock.now())
            counts = _counts_of(task.plan, found)
            picked = [_spread(_of_level(found, level), self._share(task)) for level in task.plan.levels]
        else:
            counts = [counted_level(task.plan, level) for level in task.plan.levels]
            picked = [_picked(task.plan, step, self._share(task)) for step in range(len(task.plan.levels))]
        samples = [self._sampled(task, level, chunks) for level, chunks in zip(task.plan.levels, picked, strict=True)]
        return estimated(counts, samples)

    def _share(self, task: SeedTask) -> int:
        """Chunks of each level."""
        return max(1, self._blocks // max(1, len(task.plan.levels)))

    def _sampled(self, task: SeedTask, level: int, chunks: Sequence[SeedChunk]) -> Sampled:
        looked_at = wanted = made = size = failed = 0
        looking = making = 0.0
        for number, chunk in enumerate(chunks):
            begin = self._clock.monotonic()
            units = self._work.wanted(task, chunk)
            looking += self._clock.monotonic() - begin
            looked_at += sum(len(task.plan.tiles(unit)) for unit in task.plan.units(chunk))
            wanted += sum(len(task.plan.tiles(unit)) for unit in units)
            if not units:
                continue
            unit = units[int(len(units) * _place(number)[0])]
            begin = self._clock.monotonic()
            result: ChunkResult = self._work.units(task, [unit])
            failed += len(result.failed)
            if not result.failed:
                making += self._clock.monotonic() - begin
                made += result.looked_at
                keys = [TileKey(coord, task.name.dimensions) for coord in task.plan.tiles(unit)]
                size += sum(info.size for info in task.cache.store.stat_many(keys, with_records=False).values())
        return Sampled(level, looked_at, wanted, looking, made, size, making, failed)


def _picked(plan: SeedPlan, step: int, count: int) -> list[SeedChunk]:
    """Some chunks of a level, spread over its area; each once."""
    level = plan.levels[step]
    found: dict[int, SeedChunk] = {}
    for index in range(count):
        number = plan.number_at(level, *_place(index))
        if number is None:
            break
        planned = _next(plan, Position(step, number - 1)) or _next(plan, Position(step, -1))
        if planned is not None:
            found.setdefault(planned.position.number, planned.chunk)
    return list(found.values())


def _next(plan: SeedPlan, after: Position) -> PlannedChunk | None:
    """The chunk of the same level after a position."""
    planned = next(plan.chunks(after=after), None)
    return planned if planned is not None and planned.position.step == after.step else None


def _place(index: int) -> tuple[float, float]:
    """Shares of width and height; those of the first so many numbers are spread evenly, however many these are."""
    return (0.5 + index * _ACROSS) % 1.0, (0.5 + index * _DOWN) % 1.0


def _counts_of(plan: SeedPlan, found: ExistingChunks) -> list[LevelCount]:
    """At most the tiles of all chunks that have a stale one."""
    units = Counter(
        (planned.chunk.level, len(plan.tiles(unit))) for planned in found.found for unit in plan.units(planned.chunk)
    )
    return [
        LevelCount(
            level,
            sum(tiles * count for (z, tiles), count in units.items() if z == level),
            sum(count for (z, _), count in units.items() if z == level),
            is_exact=False,
        )
        for level in plan.levels
    ]


def _of_level(found: ExistingChunks, level: int) -> Iterator[PlannedChunk]:
    return (planned for planned in found.found if planned.chunk.level == level)


def _spread(planned: Iterator[PlannedChunk], count: int) -> list[SeedChunk]:
    """Some of them, evenly."""
    chunks = [each.chunk for each in planned]
    step = max(1, len(chunks) // count)
    return chunks[::step][:count]

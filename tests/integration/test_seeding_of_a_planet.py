"""Many millions of tiles are planned, handed out and noted down in the memory that some thousands take."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from tests.fakes.clock import FakeClock
from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.adapters.seeding.in_process import InProcessExecutor
from tilekeep.adapters.seeding.job_file import JobFile
from tilekeep.adapters.seeding.stopping import SharedStop
from tilekeep.application.seeding.run_tasks import RunSeedTasks
from tilekeep.application.seeding.seed_task import SeededCache, SeedTask
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.seed_plan import LARGEST_CHUNK, SeedPlan
from tilekeep.domain.seeding import ChunkJob, ChunkResult, FailedUnit, Tally, TaskName, TaskProgress
from tilekeep.domain.staleness import KEEP_FOR_EVER
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.seed_executor import ChunkWork

MANY = 10_000_000
#: When everything that is made once has been made.
WARM = 1_000_000
TILES_OF_CHUNK = (4 * LARGEST_CHUNK) ** 2
HALF = 20037508.342789244
REGION = BoxRegion(BBox(-HALF, -HALF, HALF, 0.9 * HALF))


class MemoryWatch:
    """Counts tiles, and what memory is in use when some and when all of them have been done."""

    def __init__(self) -> None:
        self.tiles = 0
        self.warm = 0

    def task_begins(self, task: SeedTask, progress: TaskProgress, cells: int) -> None:
        """Nothing yet."""

    def task_is_done_already(self, task: SeedTask) -> None:
        raise AssertionError("it is new")

    def chunk_done(self, task: SeedTask, job: ChunkJob, passed: int, result: Tally) -> None:
        self.tiles = result.looked_at
        if not self.warm and self.tiles >= WARM:
            self.warm = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()

    def task_ends(self, task: SeedTask, result: Tally) -> None:
        """Nothing more."""


def found_stored(job: ChunkJob) -> ChunkResult:
    """What comes of a chunk of a full cache."""
    return ChunkResult(kept=TILES_OF_CHUNK)


def failed_partly(job: ChunkJob) -> ChunkResult:
    """What comes of a chunk whose source does not have some of it."""
    coord = TileCoord(job.planned.chunk.level, job.planned.chunk.column, job.planned.chunk.row)
    return ChunkResult(kept=TILES_OF_CHUNK // 2, failed=tuple(FailedUnit(coord._replace(x=x), "404") for x in range(8)))


def memory_of(work: ChunkWork, levels: int, place: Path) -> tuple[MemoryWatch, Tally, int]:
    """What was seen of a run over a planet, what came of it, and by how many bytes it grew when it was warm."""
    kitchen = Kitchen(FakeMapSource(Blank()))
    cache = SeededCache(kitchen.store, kitchen.planner, kitchen.maker, kitchen.get_tile)
    plan = SeedPlan(WEBMERCATOR, Size(4, 4), tuple(range(levels)), REGION)
    task = SeedTask(TaskName("seed", "planet", "test", "web", plan.levels), cache, plan, KEEP_FOR_EVER)
    watch, stop, clock = MemoryWatch(), SharedStop(), FakeClock()
    notes = JobFile(str(place / "progress"), new=True)
    run = RunSeedTasks(InProcessExecutor(work, stop), notes, watch, stop, clock)
    tracemalloc.start()
    try:
        tally = run([task])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        notes.close()
    return watch, tally, most - watch.warm


def test_memory_is_flat_over_ten_million_tiles(tmp_path: Path) -> None:
    watch, _, growth = memory_of(found_stored, 13, tmp_path)

    assert watch.tiles >= MANY
    assert growth < 200_000


def test_memory_is_flat_over_ten_thousands_of_failures(tmp_path: Path) -> None:
    watch, tally, growth = memory_of(failed_partly, 13, tmp_path)

    assert watch.tiles > 2 * WARM
    assert tally.failed > 50_000
    assert growth < 200_000

"""Seeding makes what is missing or stale and nothing else, by the same maker as serving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextRaster, image
from tests.unit.application.kitchen import Kitchen, queries_of
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.adapters.seeding.in_process import InProcessExecutor
from tilekeep.application.seeding.clean_up import CleanUp
from tilekeep.application.seeding.run_tasks import RunSeedTasks
from tilekeep.application.seeding.seed_chunk import SeedChunkWork
from tilekeep.application.seeding.seed_task import CleanupTask, SeededCache, SeedTask
from tilekeep.application.seeding.working_time import WorkingTime
from tilekeep.domain.deadline import Purpose
from tilekeep.domain.errors import SourceContentError, SourceStatusError, SourceUnreachable
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.keeping import Worth
from tilekeep.domain.map_query import Drawn, Fetched, NotModified
from tilekeep.domain.patience import Patience
from tilekeep.domain.region import BoxRegion, Region
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.seeding import ChunkJob, ChunkResult, FailedUnit, Tally, TaskName, TaskProgress
from tilekeep.domain.staleness import KEEP_FOR_EVER, UNKNOWN_TIME, FixedLimit, RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey, Validators
from tilekeep.domain.working_hours import working_hours
from tilekeep.ports.seed_executor import Stopped

META = Fetched(image(512, 512), "image/png")
HALF = 20037508.342789244
EAST = BoxRegion(BBox(0.0, -HALF, HALF, HALF))
IMPATIENT = Patience(attempts=1)
Done = Callable[[ChunkJob, ChunkResult], None]
AN_HOUR_AGO = 3600.0


class FakeStop:
    """Stops after a number of waits, or when told; time passes while it waits."""

    def __init__(self, clock: FakeClock, waits: int = 1_000) -> None:
        self.waited: list[float] = []
        self.requested = False
        self._clock = clock
        self._waits = waits

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self._clock.advance(seconds)
        self.requested = self.requested or len(self.waited) >= self._waits
        return self.requested


def task_for(
    kitchen: Kitchen,
    levels: Sequence[int] = (2,),
    policy: StalenessPolicy = KEEP_FOR_EVER,
    region: Region | None = None,
    cache_region: Region | None = None,
    *,
    only_existing: bool = False,
    keeps_stale: bool = True,
) -> SeedTask:
    cache = SeededCache(kitchen.store, kitchen.planner, kitchen.maker, kitchen.get_tile, cache_region)
    plan = SeedPlan(WEBMERCATOR, Size(2, 2), tuple(levels), region)
    name = TaskName("seed", "all", "test", WEBMERCATOR.name, tuple(levels))
    return SeedTask(name, cache, plan, policy, only_existing=only_existing, keeps_stale=keeps_stale)


def work_of(kitchen: Kitchen, patience: Patience = IMPATIENT, stop: FakeStop | None = None) -> SeedChunkWork:
    return SeedChunkWork(kitchen.clock, stop or FakeStop(kitchen.clock), making_seconds=60.0, patience=patience)


def done(kitchen: Kitchen, task: SeedTask, patience: Patience = IMPATIENT) -> ChunkResult:
    """All chunks of a task."""
    work, result = work_of(kitchen, patience), ChunkResult()
    for planned in task.plan.chunks():
        result = result.plus(work(task, planned.chunk))
    return result


def test_what_is_missing_is_made_for_seeding() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)

    result = done(kitchen, task_for(kitchen))

    assert result == ChunkResult(made=16)
    assert queries_of(source) == 4
    assert set(source.purposes) == {Purpose.SEED}


def test_what_is_there_is_kept() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    done(kitchen, task_for(kitchen))

    assert done(kitchen, task_for(kitchen)) == ChunkResult(kept=16)
    assert queries_of(source) == 4


def test_one_stale_tile_is_enough_to_make_its_block_anew() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    done(kitchen, task_for(kitchen))
    kitchen.store.put(TileKey(TileCoord(2, 1, 1)), b"old", kitchen.clock.now() - AN_HOUR_AGO)

    result = done(kitchen, task_for(kitchen, policy=StalenessPolicy(FixedLimit(kitchen.clock.now() - 60.0))))

    assert result == ChunkResult(made=4, kept=12)


def test_missing_tiles_are_left_out_where_only_existing_ones_are_wanted() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)
    kitchen.store.put(TileKey(TileCoord(2, 3, 3)), b"old", kitchen.clock.now() - AN_HOUR_AGO)
    now = StalenessPolicy(FixedLimit(kitchen.clock.now()))

    result = done(kitchen, task_for(kitchen, policy=now, only_existing=True))

    assert result == ChunkResult(made=4, kept=12)
    assert queries_of(source) == 1


def test_only_what_lies_in_the_region_is_made() -> None:
    kitchen = Kitchen(FakeMapSource(META))

    assert done(kitchen, task_for(kitchen, region=EAST)) == ChunkResult(made=8)


def test_tiles_outside_the_area_of_the_cache_are_not_missed() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    corner = BoxRegion(BBox(0.0, 0.0, 1000.0, 1000.0))

    assert done(kitchen, task_for(kitchen, cache_region=corner)) == ChunkResult(made=4)


def test_a_source_that_does_not_answer_is_waited_for() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down"), SourceStatusError("busy", status=503), META))
    stop = FakeStop(kitchen.clock)

    result = work_of(kitchen, Patience(attempts=10), stop).units(task_for(kitchen), [TileCoord(2, 0, 0)])

    assert result == ChunkResult(made=4)
    assert stop.waited[0] >= 2.0


def test_a_source_is_left_alone_for_as_long_as_it_wishes() -> None:
    kitchen = Kitchen(FakeMapSource(SourceStatusError("busy", status=429, retry_after=30.0), META))
    stop = FakeStop(kitchen.clock)

    work_of(kitchen, Patience(attempts=10), stop).units(task_for(kitchen), [TileCoord(2, 0, 0)])

    assert stop.waited == [30.0]


@pytest.mark.parametrize("error", [SourceStatusError("gone", status=404), SourceContentError("no image")])
def test_a_source_that_answers_badly_is_given_up_soon(error: Exception) -> None:
    kitchen = Kitchen(FakeMapSource(error))  # type: ignore[arg-type]
    stop = FakeStop(kitchen.clock)

    result = work_of(kitchen, Patience(attempts=100), stop).units(task_for(kitchen), [TileCoord(2, 0, 0)])

    assert [failed.unit for failed in result.failed] == [TileCoord(2, 0, 0)]
    assert len(stop.waited) < 100


def test_a_unit_that_fails_does_not_keep_the_others_from_being_made() -> None:
    kitchen = Kitchen(FakeMapSource(SourceContentError("no image"), META))

    result = done(kitchen, task_for(kitchen))

    assert (result.made, [failed.unit for failed in result.failed]) == (12, [TileCoord(2, 0, 0)])


@pytest.mark.parametrize("keeps_stale", [True, False])
def test_a_stale_tile_that_cannot_be_made_anew_stays_unless_it_must_not(keeps_stale: bool) -> None:
    kitchen = Kitchen(FakeMapSource(SourceContentError("no image")))
    key = TileKey(TileCoord(2, 1, 1))
    kitchen.store.put(key, b"old", kitchen.clock.now() - AN_HOUR_AGO)
    now = StalenessPolicy(FixedLimit(kitchen.clock.now()))

    done(kitchen, task_for(kitchen, policy=now, keeps_stale=keeps_stale))

    assert (key in kitchen.store.tiles) is keeps_stale


@pytest.mark.parametrize("worth", [Worth.STAND_IN, Worth.STOPGAP])
def test_what_stands_for_a_failure_and_is_not_to_be_kept_is_no_failed_tile(worth: Worth) -> None:
    kitchen = Kitchen(FakeMapSource(Drawn(TextRaster(Size(512, 512), "red"), may_be_kept=False, worth=worth)))

    result = done(kitchen, task_for(kitchen))

    assert result == ChunkResult(empty=16)
    assert kitchen.store.tiles == {}


def test_an_old_tile_that_is_better_than_what_stands_for_a_failure_is_kept() -> None:
    kitchen = Kitchen(FakeMapSource(Drawn(TextRaster(Size(512, 512), "red"), worth=Worth.STOPGAP)))
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        kitchen.store.put(TileKey(TileCoord(1, x, y)), b"old", kitchen.clock.now() - AN_HOUR_AGO)
    now = StalenessPolicy(FixedLimit(kitchen.clock.now()))

    result = done(kitchen, task_for(kitchen, levels=[1], policy=now))

    assert result == ChunkResult(kept=4)
    assert {tile.body for tile in kitchen.store.tiles.values()} == {b"old"}


def test_tiles_that_were_declared_not_for_keeping_have_failed() -> None:
    kitchen = Kitchen(FakeMapSource(Drawn(TextRaster(Size(512, 512), "red"), may_be_kept=False)))

    result = done(kitchen, task_for(kitchen, levels=[1]))

    assert [failed.unit for failed in result.failed] == [TileCoord(1, 0, 0)]


def test_a_stop_ends_the_wait_for_a_source() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down")))
    stop = FakeStop(kitchen.clock, waits=3)

    with pytest.raises(Stopped):
        work_of(kitchen, Patience(), stop).units(task_for(kitchen), [TileCoord(2, 0, 0)])
    assert len(stop.waited) == 3


class FakeNotes:
    """Notes in memory."""

    def __init__(self) -> None:
        self.known: dict[TaskName, TaskProgress] = {}
        self.passed: list[int] = []

    def progress_of(self, name: TaskName) -> TaskProgress:
        return self.known.get(name, TaskProgress())

    def begin(self, name: TaskName, cells: int, at: float, fingerprint: str) -> None:
        self.cells = cells

    def fingerprint_of(self, name: TaskName) -> str | None:
        return None

    def forget(self, name: TaskName) -> None:
        raise AssertionError("it is the same task")

    def advance(self, name: TaskName, progress: TaskProgress, passed: int, result: ChunkResult, at: float) -> None:
        self.known[name] = progress
        self.passed.append(passed)

    def failed_units(self, name: TaskName) -> Iterator[FailedUnit]:
        return iter(())

    def settle_failed(self, name: TaskName, units: Sequence[TileCoord], result: ChunkResult, at: float) -> None:
        raise AssertionError("not asked for")

    def tasks(self) -> Sequence[object]:
        return ()

    def close(self) -> None:
        """Nothing to close."""


class SilentReport:
    """Remembers which tasks were heard of."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def task_begins(self, task: SeedTask, progress: TaskProgress, cells: int) -> None:
        self.heard.append("begins")

    def task_is_done_already(self, task: SeedTask) -> None:
        self.heard.append("done already")

    def chunk_done(self, task: SeedTask, job: ChunkJob, passed: int, result: Tally) -> None:
        self.heard.append("chunk")

    def task_ends(self, task: SeedTask, result: Tally) -> None:
        self.heard.append("ends")

    def cleanup_begins(self, task: CleanupTask) -> None:
        self.heard.append("begins")

    def level_is_cleaned(self, task: CleanupTask, level: int) -> None:
        self.heard.append(f"level {level}")

    def cleanup_ends(self, task: CleanupTask, removed: int | None) -> None:
        self.heard.append(f"removed {removed}")


class ShufflingExecutor:
    """Does chunks in another order than that in which they are handed out."""

    def __init__(self, work: SeedChunkWork, task: SeedTask) -> None:
        self.jobs: list[ChunkJob] = []
        self._work = work
        self._task = task

    def run(self, jobs: Iterable[ChunkJob], done: Done) -> None:
        waiting: list[ChunkJob] = []
        for job in jobs:
            waiting.append(job)
            if len(waiting) == 3:
                self._do(waiting.pop(1), done)
        while waiting:
            self._do(waiting.pop(), done)

    def _do(self, job: ChunkJob, done: Done) -> None:
        self.jobs.append(job)
        done(job, self._work(self._task, job.planned.chunk))

    def close(self) -> None:
        """Nothing to close."""


def run_of(kitchen: Kitchen, executor: ShufflingExecutor, notes: FakeNotes, report: SilentReport) -> RunSeedTasks:
    return RunSeedTasks(executor, notes, report, FakeStop(kitchen.clock), kitchen.clock)  # type: ignore[arg-type]


def test_chunks_may_be_done_in_any_order() -> None:
    kitchen, notes, report = Kitchen(FakeMapSource(META)), FakeNotes(), SilentReport()
    task = task_for(kitchen, levels=(1, 2, 3, 4, 5))
    executor = ShufflingExecutor(work_of(kitchen), task)

    result = run_of(kitchen, executor, notes, report)([task])

    assert result.made == sum(4**level for level in range(1, 6))
    assert notes.known[task.name].is_finished
    assert notes.passed == sorted(notes.passed)
    assert report.heard[0] == "begins"
    assert report.heard[-1] == "ends"


def test_a_run_goes_on_with_the_chunks_that_were_not_done() -> None:
    kitchen, notes, report = Kitchen(FakeMapSource(META)), FakeNotes(), SilentReport()
    task = task_for(kitchen, levels=(1, 2, 3, 4, 5))
    planned = [planned.position for planned in task.plan.chunks()]
    notes.known[task.name] = TaskProgress(upto=planned[5], beyond=frozenset({planned[9]}))
    executor = ShufflingExecutor(work_of(kitchen), task)

    run_of(kitchen, executor, notes, report)([task])

    positions = {job.planned.position for job in executor.jobs}
    assert positions == {*planned[6:9], *planned[10:]}
    assert notes.known[task.name].is_finished


def test_a_task_that_an_earlier_run_has_finished_is_passed_over() -> None:
    kitchen, notes, report = Kitchen(FakeMapSource(META)), FakeNotes(), SilentReport()
    task = task_for(kitchen)
    notes.known[task.name] = TaskProgress(is_finished=True, result=Tally(made=7))

    result = run_of(kitchen, ShufflingExecutor(work_of(kitchen), task), notes, report)([task])

    assert (result, report.heard) == (Tally(made=7), ["done already"])


def test_refreshing_only_what_exists_looks_at_nothing_else() -> None:
    source = FakeMapSource(META)
    kitchen, notes, report = Kitchen(source), FakeNotes(), SilentReport()
    kitchen.store.put(TileKey(TileCoord(12, 77, 99)), b"old", kitchen.clock.now() - AN_HOUR_AGO)
    now = StalenessPolicy(FixedLimit(kitchen.clock.now()))
    task = task_for(kitchen, levels=range(15), policy=now, only_existing=True)
    executor = ShufflingExecutor(work_of(kitchen), task)

    run_of(kitchen, executor, notes, report)([task])

    assert len(executor.jobs) == 1
    assert queries_of(source) == 1


def test_chunks_are_held_back_until_it_is_time_for_them() -> None:
    kitchen, notes, report = Kitchen(FakeMapSource(META)), FakeNotes(), SilentReport()
    task = task_for(kitchen)
    stop = FakeStop(kitchen.clock, waits=100_000)
    now = dt.datetime.fromtimestamp(kitchen.clock.now()).astimezone()
    begin = now + dt.timedelta(hours=2)
    hours = working_hours(f"{begin:%H:%M}-{begin + dt.timedelta(hours=1):%H:%M}")
    work = work_of(kitchen)
    executor = InProcessExecutor(
        lambda job: work(task, job.planned.chunk), stop, WorkingTime(kitchen.clock, stop, hours).is_now
    )

    RunSeedTasks(executor, notes, report, stop, kitchen.clock)([task])  # type: ignore[arg-type]

    assert 3600.0 < sum(stop.waited) <= 7300.0


def test_cleaning_up_waits_for_its_time_too() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    kitchen.store.put(TileKey(TileCoord(2, 0, 0)), b"tile", kitchen.clock.now())
    stop = FakeStop(kitchen.clock, waits=100_000)
    begin = dt.datetime.fromtimestamp(kitchen.clock.now()).astimezone() + dt.timedelta(hours=2)
    hours = working_hours(f"{begin:%H:%M}-{begin + dt.timedelta(hours=1):%H:%M}")

    CleanUp(kitchen.clock, stop, SilentReport(), hours)(cleanup_of(kitchen, [2], None), dry_run=False)

    assert 3600.0 < sum(stop.waited) <= 7300.0
    assert kitchen.store.tiles == {}


def test_tiles_that_the_source_confirms_are_renewed_without_their_bytes() -> None:
    source = FakeMapSource(META._replace(validators=Validators('"v1"', None)), NotModified())
    kitchen = Kitchen(source)
    task = task_for(kitchen, levels=[1], policy=StalenessPolicy(RelativeLimit(60.0)))
    done(kitchen, task)
    before = {key: tile.body for key, tile in kitchen.store.tiles.items()}
    kitchen.clock.advance(AN_HOUR_AGO)

    result = done(kitchen, task)

    assert result == ChunkResult(renewed=4)
    assert source.queries[-1].validators == Validators('"v1"', None)
    assert {key: tile.body for key, tile in kitchen.store.tiles.items()} == before
    assert {tile.info.stored_at for tile in kitchen.store.tiles.values()} == {kitchen.clock.now()}


def cleanup_of(
    kitchen: Kitchen,
    levels: Sequence[int],
    policy: StalenessPolicy | None,
    region: Region | None = None,
) -> CleanupTask:
    plan = SeedPlan(WEBMERCATOR, Size(2, 2), tuple(levels), region)
    cache = SeededCache(kitchen.store, kitchen.planner, None, kitchen.get_tile)
    name = TaskName("cleanup", "old", "test", WEBMERCATOR.name, tuple(levels))
    return CleanupTask(name, cache, plan, policy, is_whole=region is None)


@pytest.mark.parametrize(
    ("policy", "region", "left"),
    [
        (None, None, []),
        (StalenessPolicy(FixedLimit(0.0)), None, [0, 1, 2, 3]),
        (None, EAST, [0, 1]),
    ],
)
def test_cleaning_up_leaves_what_is_good_or_elsewhere(
    policy: StalenessPolicy | None, region: Region | None, left: list[int]
) -> None:
    kitchen, report = Kitchen(FakeMapSource(META)), SilentReport()
    for x in range(4):
        kitchen.store.put(TileKey(TileCoord(2, x, 0)), b"tile", kitchen.clock.now() - AN_HOUR_AGO)

    CleanUp(kitchen.clock, FakeStop(kitchen.clock), report)(cleanup_of(kitchen, [2], policy, region), dry_run=False)

    assert sorted(key.coord.x for key in kitchen.store.tiles) == left
    assert report.heard[:2] == ["begins", "level 2"]


@pytest.mark.parametrize("region", [None, EAST], ids=["whole-levels", "area"])
@pytest.mark.parametrize(("spares_unknown", "left"), [(True, [3]), (False, [])])
def test_tiles_of_unknown_age_are_not_removed_for_an_age_they_may_not_have(
    region: Region | None, spares_unknown: bool, left: list[int]
) -> None:
    kitchen = Kitchen(FakeMapSource(META))
    kitchen.store.put(TileKey(TileCoord(2, 2, 0)), b"old", kitchen.clock.now() - AN_HOUR_AGO)
    kitchen.store.put(TileKey(TileCoord(2, 3, 0)), b"tile", UNKNOWN_TIME)
    task = cleanup_of(kitchen, [2], StalenessPolicy(FixedLimit(kitchen.clock.now())), region)

    CleanUp(kitchen.clock, FakeStop(kitchen.clock), SilentReport())(
        replace(task, spares_unknown=spares_unknown), dry_run=False
    )

    assert [key.coord.x for key in kitchen.store.tiles] == left


def test_a_tile_of_unknown_age_is_wanted_anew_but_stays_where_it_cannot_be_made() -> None:
    source = FakeMapSource(SourceContentError("no image"))
    kitchen = Kitchen(source)
    key = TileKey(TileCoord(0, 0, 0))
    kitchen.store.put(key, b"tile", UNKNOWN_TIME)
    old = StalenessPolicy(FixedLimit(kitchen.clock.now()))

    done(kitchen, task_for(kitchen, levels=[0], policy=old, keeps_stale=False))

    assert (queries_of(source), key in kitchen.store.tiles) == (1, True)


class StopAfterLooks:
    """A stop that is requested when somebody has looked for it so many times."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    @property
    def requested(self) -> bool:
        self.left -= 1
        return self.left < 0

    def wait(self, seconds: float) -> bool:
        raise AssertionError("nothing is to be waited for")


def full_level(kitchen: Kitchen) -> None:
    """Level 5, of which all tiles were stored just now."""
    for x in range(32):
        for y in range(32):
            kitchen.store.put(TileKey(TileCoord(5, x, y)), b"tile", kitchen.clock.now())


@pytest.mark.parametrize("region", [None, EAST], ids=["whole-levels", "area"])
@pytest.mark.parametrize(
    "policy", [None, StalenessPolicy(FixedLimit(0.0))], ids=["all-tiles", "none-of-them-is-old-enough"]
)
def test_a_stop_is_seen_in_the_middle_of_a_level(region: Region | None, policy: StalenessPolicy | None) -> None:
    kitchen, stop = Kitchen(FakeMapSource(META)), StopAfterLooks(20)
    full_level(kitchen)

    CleanUp(kitchen.clock, stop, SilentReport())(cleanup_of(kitchen, [5], policy, region), dry_run=False)

    assert stop.left < 0
    assert stop.left > -10, "soon after that the work was over"
    assert len(kitchen.store.listed) < 1024
    assert kitchen.store.tiles


def test_the_end_of_the_hours_is_seen_in_the_middle_of_a_level_which_is_gone_on_with_in_the_next_ones() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    full_level(kitchen)
    stop = FakeStop(kitchen.clock, waits=100_000)
    now = dt.datetime.fromtimestamp(kitchen.clock.now()).astimezone()
    hours = working_hours(f"{now:%H:%M}-{now + dt.timedelta(minutes=2):%H:%M}")
    remove_level = kitchen.store.remove_level

    def slowly(z: int, *arguments: float | None, is_to_end: Callable[[], bool], **named: bool) -> None:
        def seconds_later() -> bool:
            kitchen.clock.advance(1.0)
            return is_to_end()

        remove_level(z, *arguments, is_to_end=seconds_later, **named)  # type: ignore[arg-type]

    kitchen.store.remove_level = slowly  # type: ignore[method-assign, assignment]

    CleanUp(kitchen.clock, stop, SilentReport(), hours)(cleanup_of(kitchen, [5], None), dry_run=False)

    assert kitchen.store.tiles == {}
    assert sum(stop.waited) > 8 * 23 * 3600.0, "it has taken about nine evenings of two minutes"


def test_a_stop_is_seen_while_stored_tiles_are_listed() -> None:
    kitchen, notes, report = Kitchen(FakeMapSource(META)), FakeNotes(), SilentReport()
    full_level(kitchen)
    task = task_for(kitchen, levels=[5], policy=StalenessPolicy(FixedLimit(0.0)), only_existing=True)
    executor = ShufflingExecutor(work_of(kitchen), task)
    run = RunSeedTasks(executor, notes, report, StopAfterLooks(20), kitchen.clock)  # type: ignore[arg-type]

    run([task])

    assert len(kitchen.store.listed) < 30
    assert (notes.known, report.heard) == ({}, [])


def test_a_dry_run_counts_and_removes_nothing() -> None:
    kitchen, report = Kitchen(FakeMapSource(META)), SilentReport()
    kitchen.store.put(TileKey(TileCoord(2, 0, 0)), b"tile", kitchen.clock.now())

    CleanUp(kitchen.clock, FakeStop(kitchen.clock), report)(cleanup_of(kitchen, [2], None), dry_run=True)

    assert report.heard[-1] == "removed 1"
    assert len(kitchen.store.tiles) == 1

"""Units that could not be made are tried once more, and leave the notes one by one."""

from __future__ import annotations

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tests.unit.application.test_seeding import EAST, META, FakeStop, SilentReport, task_for, work_of
from tilekeep.adapters.seeding.in_process import InProcessExecutor
from tilekeep.adapters.seeding.job_file import JobFile
from tilekeep.application.seeding.retry_failed import RetryFailed
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.seeding import ChunkJob, ChunkResult, FailedUnit, Tally, TaskProgress
from tilekeep.domain.tile import TileCoord

UNITS = [TileCoord(2, 0, 0), TileCoord(2, 0, 2), TileCoord(2, 2, 0)]


def notes_of(task: SeedTask) -> JobFile:
    """Notes of a run that could not make three of its four units."""
    notes = JobFile(":memory:")
    notes.begin(task.name, 4, 1000.0, task.fingerprint)
    failed = tuple(FailedUnit(unit, "500") for unit in UNITS)
    notes.advance(task.name, TaskProgress(is_finished=True), 4, ChunkResult(made=4, failed=failed), 1000.0)
    return notes


def retried(kitchen: Kitchen, notes: JobFile, task: SeedTask, stop_after: int = 100) -> Tally:
    """What came of it when a stop is requested after some units."""
    work, stop, done = work_of(kitchen), FakeStop(kitchen.clock), 0

    def units(job: ChunkJob) -> ChunkResult:
        nonlocal done
        done += 1
        stop.requested = done >= stop_after
        return work.units(task, job.units) if not stop.requested else ChunkResult(made=4)

    executor = InProcessExecutor(units, stop)
    return RetryFailed(executor, notes, SilentReport(), stop, kitchen.clock)([task])


def test_what_failed_is_made_and_nothing_else() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    task = task_for(kitchen)
    notes = notes_of(task)

    result = retried(kitchen, notes, task)

    assert result == Tally(made=12)
    assert {key.coord for key in kitchen.store.tiles} == {tile for unit in UNITS for tile in task.plan.tiles(unit)}
    assert notes.progress_of(task.name).result == Tally(made=16)


def test_what_fails_again_stays_in_the_notes() -> None:
    kitchen = Kitchen(FakeMapSource(META, SourceContentError("no image"), META))
    task = task_for(kitchen)
    notes = notes_of(task)

    result = retried(kitchen, notes, task)

    assert (result.made, result.failed) == (8, 1)
    assert list(notes.failed_units(task.name)) == [FailedUnit(UNITS[1], "no image")]


def test_after_a_stop_only_the_others_are_left() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    task = task_for(kitchen)
    notes = notes_of(task)

    retried(kitchen, notes, task, stop_after=2)

    assert [failed.unit for failed in notes.failed_units(task.name)] == UNITS[2:]


def test_notes_of_another_area_are_left() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    notes = notes_of(task_for(kitchen))
    elsewhere = task_for(kitchen, region=EAST)

    result = retried(kitchen, notes, elsewhere)

    assert (result, kitchen.store.tiles) == (Tally(), {})
    assert len(list(notes.failed_units(elsewhere.name))) == 3

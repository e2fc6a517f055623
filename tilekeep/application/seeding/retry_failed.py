"""Try those units once more that earlier runs could not make."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from tilekeep.application.seeding.run_tasks import SeedReport
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.seeding import ChunkJob, ChunkResult, Tally, TaskProgress
from tilekeep.ports.clock import Clock
from tilekeep.ports.job_store import JobStore
from tilekeep.ports.seed_executor import SeedExecutor
from tilekeep.ports.stop import Stop

log = logging.getLogger("tilekeep.seed")


class RetryFailed:
    """Has failed units tried once more, by whoever does chunks; each leaves the notes as soon as it has been made.

    Args:
        executor: does them.
        notes: in which they stand.
        report: hears of it.
        stop: ends it.
        clock: the present time, for the notes.
    """

    def __init__(self, executor: SeedExecutor, notes: JobStore, report: SeedReport, stop: Stop, clock: Clock) -> None:
        self._executor = executor
        self._notes = notes
        self._report = report
        self._stop = stop
        self._clock = clock

    def __call__(self, tasks: Sequence[SeedTask]) -> Tally:
        """What came of all of them together; ends early when a stop is requested."""
        total = Tally()
        for number, task in enumerate(tasks):
            failed = self._failed(task)
            if failed and not self._stop.requested:
                self._report.task_begins(task, TaskProgress(), failed)
                total = total.plus(self._retried(number, task))
        return total

    def _failed(self, task: SeedTask) -> int:
        """How many units of the same task failed; blocks of another area or size have only the name in common."""
        if self._notes.fingerprint_of(task.name) not in (None, task.fingerprint):
            log.warning("%s of %s is another than that of the notes; it is left", task.name.name, task.name.cache)
            return 0
        return self._notes.progress_of(task.name).result.failed

    def _retried(self, number: int, task: SeedTask) -> Tally:
        tally, passed = Tally(), 0

        def done(job: ChunkJob, result: ChunkResult) -> None:
            nonlocal tally, passed
            tally, passed = tally.with_chunk(result), passed + len(job.units)
            self._notes.settle_failed(task.name, job.units, result, self._clock.now())
            self._report.chunk_done(task, job, passed, tally)

        self._executor.run(self._jobs(number, task), done)
        if not self._stop.requested:
            self._report.task_ends(task, tally)
        return tally

    def _jobs(self, number: int, task: SeedTask) -> Iterator[ChunkJob]:
        """One for each unit: each may take as long as a source is waited for, and is not to be done again."""
        for unit, _ in self._notes.failed_units(task.name):
            (planned,) = task.plan.chunks_with(unit.z, [unit])
            yield ChunkJob(number, planned, (unit,))

"""A run of seeding and cleaning up: what the command line and Python callers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tilekeep.application.seeding.clean_up import CleanupReport
from tilekeep.application.seeding.run_tasks import SeedReport
from tilekeep.application.seeding.seed_chunk import SeedChunkWork
from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.application.seeding.working_time import WorkingTime
from tilekeep.config.assemble.seed_tasks import NO_OVERRIDES, EmptyTask, Overrides
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.config.seeding.brokers import Broker
from tilekeep.config.seeding.options import SeedSettings
from tilekeep.domain.patience import DEFAULT_PATIENCE, Patience
from tilekeep.domain.seeding import ChunkJob, ChunkResult, SeedWorker, Tally
from tilekeep.domain.working_hours import WorkingHours
from tilekeep.entrypoints.seeding.orders import LookForTiles, TaskOrders, longest_part_seconds
from tilekeep.ports.job_store import JobStore
from tilekeep.ports.seed_executor import SeedExecutor
from tilekeep.ports.stop import Stop


class RunReport(SeedReport, CleanupReport, Protocol):
    """Hears of everything in a run."""


class Stopping(Stop, Protocol):
    """A stop that can be requested here."""

    def request(self) -> None:
        """Asks everybody to stop."""
        ...


@dataclass(frozen=True, slots=True)
class WantedTasks:
    """The tasks of a run; those without area among them, so that people can be told."""

    seeds: tuple[SeedTask | EmptyTask, ...] = ()
    cleanups: tuple[CleanupTask | EmptyTask, ...] = ()


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is made.

    :ivar workers: processes; 1 is this one alone.
    :ivar dry_run: whether nothing is made and removed, but counted.
    :ivar patience: with sources that do not answer.
    :ivar hours: the part of the day in which tiles are made; None is all of it.
    :ivar broker: where workers of this and other machines are met, instead of processes here; None for no others.
    """

    workers: int = 2
    dry_run: bool = False
    patience: Patience = DEFAULT_PATIENCE
    hours: WorkingHours | None = None
    broker: Broker | None = None


def wanted_tasks(
    container: TilekeepContainer,
    tasks: SeedSettings,
    seeds: Sequence[str],
    cleanups: Sequence[str],
    overrides: Overrides = NO_OVERRIDES,
) -> WantedTasks:
    """The tasks with these names; raises as :meth:`SeedTaskAssembly.seeds`."""
    assembly = container.use_cases.seed_tasks()
    return WantedTasks(tuple(assembly.seeds(tasks, seeds, overrides)), tuple(assembly.cleanups(tasks, cleanups)))


class SeedRun:
    """Does tasks; ends early when ``stop`` is requested.

    Args:
        container: makes everything.
        options: how.
        notes: on what is done; they are closed by whoever made them.
        report: hears of it.
        stop: ends it.
    """

    def __init__(
        self,
        container: TilekeepContainer,
        options: RunOptions,
        notes: JobStore,
        report: RunReport,
        stop: Stopping,
    ) -> None:
        self._container = container
        self._options = options
        self._notes = notes
        self._report = report
        self._stop = stop

    def seed(self, tasks: Sequence[SeedTask]) -> Tally:
        """What came of all of them together.

        :raises StoreError: tiles cannot be stored.
        :raises JobStoreError: it cannot be noted what is done.
        """
        return self._done_by(self._container.use_cases.run_seed_tasks, tasks)

    def retry(self, tasks: Sequence[SeedTask]) -> Tally:
        """Makes those units that an earlier run could not make; raises as :meth:`seed`."""
        return self._done_by(self._container.use_cases.retry_failed, tasks)

    def _done_by(
        self, use_case: Callable[..., Callable[[Sequence[SeedTask]], Tally]], tasks: Sequence[SeedTask]
    ) -> Tally:
        executor = self._executor(tasks)
        do = use_case(executor=executor, notes=self._notes, report=self._report, stop=self._stop)
        try:
            return do(tasks)
        finally:
            executor.close()

    def _executor(self, tasks: Sequence[SeedTask]) -> SeedExecutor:
        """Whoever does the chunks; those of a run that only counts are not worth sending about."""
        adapters, options = self._container.adapters, self._options
        executor: SeedExecutor
        is_time = WorkingTime(adapters.clock(), self._stop, None if options.dry_run else options.hours).is_now
        if options.broker is not None and not options.dry_run:
            executor = adapters.seed_executors(
                "celery",
                order=TaskOrders(tasks, adapters.clock()),
                look_for=LookForTiles(tasks),
                stop=self._stop,
                broker=options.broker,
                listener=self._note_workers,
                longest_seconds=longest_part_seconds(self._container.settings),
                may_begin=is_time,
            )
        elif options.workers <= 1 or options.dry_run:
            executor = adapters.seed_executors("in_process", work=self._work(tasks), stop=self._stop, may_begin=is_time)
        else:
            work = self._work(tasks)
            executor = adapters.seed_executors(
                "processes",
                work=work,
                stop=self._stop,
                workers=options.workers,
                may_begin=is_time,
                look=work.kept,
                before_making=adapters.import_what_makes_tiles,
            )
        return executor

    def _note_workers(self, workers: Sequence[SeedWorker]) -> None:
        self._notes.note_workers(workers, self._container.adapters.clock().now())

    def clean(self, tasks: Sequence[CleanupTask]) -> None:
        """Removes what the tasks name, or counts it; raises as :meth:`seed`."""
        clean_up = self._container.use_cases.clean_up(stop=self._stop, report=self._report, hours=self._options.hours)
        for task in tasks:
            if not self._stop.requested:
                clean_up(task, dry_run=self._options.dry_run)

    def _work(self, tasks: Sequence[SeedTask]) -> _Work:
        work: SeedChunkWork = self._container.use_cases.seed_chunk(
            stop=self._stop,
            making_seconds=longest_request_seconds(self._container.settings),
            patience=self._options.patience,
        )
        return _Work(tasks, work, dry_run=self._options.dry_run)


class _Work:
    """Does jobs, of which workers are only told numbers."""

    def __init__(self, tasks: Sequence[SeedTask], work: SeedChunkWork, *, dry_run: bool) -> None:
        self._tasks = tasks
        self._work = work
        self._do = work.count if dry_run else work

    def kept(self, job: ChunkJob) -> ChunkResult | None:
        """What comes of a job if no tile is to be made, else None.

        :raises StoreError: the store cannot be looked into.
        """
        return None if job.units else self._work.kept(self._tasks[job.task], job.planned.chunk)

    def __call__(self, job: ChunkJob) -> ChunkResult:
        """See :data:`tilekeep.ports.seed_executor.ChunkWork`."""
        task = self._tasks[job.task]
        return self._work.units(task, job.units) if job.units else self._do(task, job.planned.chunk)

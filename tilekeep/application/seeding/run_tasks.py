"""Go through tasks of seeding one after the other, noting what is done."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tilekeep.application.seeding.existing_chunks import ExistingChunks, existing_chunks
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.seed_plan import Position, SeedPlan
from tilekeep.domain.seeding import ChunkJob, ChunkResult, Tally, TaskProgress
from tilekeep.ports.clock import Clock
from tilekeep.ports.job_store import JobStore
from tilekeep.ports.seed_executor import SeedExecutor
from tilekeep.ports.stop import Stop

log = logging.getLogger("tilekeep.seed")


class SeedReport(Protocol):
    """Hears of what is going on."""

    def task_begins(self, task: SeedTask, progress: TaskProgress, cells: int) -> None:
        """A task is begun, or gone on with; ``cells`` of chunks there are to pass."""
        ...

    def task_is_done_already(self, task: SeedTask) -> None:
        """An earlier run has finished a task."""
        ...

    def chunk_done(self, task: SeedTask, job: ChunkJob, passed: int, result: Tally) -> None:
        """A chunk of a task is done: ``passed`` cells of its plan, and the ``result`` of the task so far."""
        ...

    def task_ends(self, task: SeedTask, result: Tally) -> None:
        """A task is finished, with what came of it in all."""
        ...


@dataclass(slots=True)
class _Advance:
    """How far a task has got while its chunks are done in any order."""

    progress: TaskProgress
    passed: int = 0
    waiting: deque[Position] = field(default_factory=deque)

    def hand_out(self, position: Position) -> None:
        self.waiting.append(position)

    def done(self, job: ChunkJob, result: ChunkResult) -> None:
        upto, beyond = self.progress.upto, set(self.progress.beyond)
        beyond.add(job.planned.position)
        while self.waiting and self.waiting[0] in beyond:
            upto = self.waiting.popleft()
        left = frozenset(position for position in beyond if upto is None or position > upto)
        self.passed = max(self.passed, job.planned.passed + 1)
        self.progress = TaskProgress(upto=upto, beyond=left, result=self.progress.result.with_chunk(result))


class RunSeedTasks:
    """Has tasks done, and can go on where an earlier run was left.

    Args:
        executor: does the chunks.
        notes: on what is done.
        report: hears of it.
        stop: ends it.
        clock: the present time, for the notes.
    """

    def __init__(
        self,
        executor: SeedExecutor,
        notes: JobStore,
        report: SeedReport,
        stop: Stop,
        clock: Clock,
    ) -> None:
        self._executor = executor
        self._notes = notes
        self._report = report
        self._stop = stop
        self._clock = clock

    def __call__(self, tasks: Sequence[SeedTask]) -> Tally:
        """What came of all of them together; ends early when a stop is requested."""
        total = Tally()
        for number, task in enumerate(tasks):
            if self._stop.requested:
                break
            progress = self._known_progress(task)
            if progress.is_finished:
                self._report.task_is_done_already(task)
                total = total.plus(progress.result)
                continue
            total = total.plus(self._run(number, task, progress))
        return total

    def _known_progress(self, task: SeedTask) -> TaskProgress:
        """That of the same task; one of another area, or with other blocks, has only the name in common."""
        known = self._notes.fingerprint_of(task.name)
        if known is not None and known != task.fingerprint:
            log.warning("%s of %s is another than that of the notes; it is begun anew", task.name.name, task.name.cache)
            self._notes.forget(task.name)
        return self._notes.progress_of(task.name)

    def _run(self, number: int, task: SeedTask, progress: TaskProgress) -> Tally:
        chunks = self._existing(task) if task.only_existing else task.plan
        if self._stop.requested:
            return progress.result
        cells = chunks.cells
        self._notes.begin(task.name, cells, self._clock.now(), task.fingerprint)
        self._report.task_begins(task, progress, cells)
        advance = _Advance(progress)
        self._executor.run(_jobs(number, chunks, advance), self._listener(task, advance))
        if not self._stop.requested:
            finished = advance.progress._replace(is_finished=True, beyond=frozenset())
            self._notes.advance(task.name, finished, cells, ChunkResult(), self._clock.now())
            self._report.task_ends(task, finished.result)
        return advance.progress.result

    def _existing(self, task: SeedTask) -> ExistingChunks:
        return existing_chunks(task, self._clock.now(), lambda: self._stop.requested)

    def _listener(self, task: SeedTask, advance: _Advance) -> Callable[[ChunkJob, ChunkResult], None]:
        def done(job: ChunkJob, result: ChunkResult) -> None:
            advance.done(job, result)
            self._notes.advance(task.name, advance.progress, advance.passed, result, self._clock.now())
            self._report.chunk_done(task, job, advance.passed, advance.progress.result)

        return done


def _jobs(number: int, chunks: SeedPlan | ExistingChunks, advance: _Advance) -> Iterator[ChunkJob]:
    """What is left to do of a task."""
    beyond = advance.progress.beyond
    for planned in chunks.chunks(after=advance.progress.upto):
        if planned.position not in beyond:
            advance.hand_out(planned.position)
            yield ChunkJob(number, planned)

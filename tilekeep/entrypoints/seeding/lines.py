"""Progress as plain lines, for logs and for programs that read them (spec/seed.md, 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.domain.seeding import ChunkJob, Tally, TaskProgress
from tilekeep.entrypoints.seeding.summary import Summaries, box_text
from tilekeep.ports.clock import Clock

#: Enough to see what is wrong.
_MOST_FAILED = 10

_SECONDS_BETWEEN_LINES = {0: 1.0, 1: 30.0}


class LineReport:
    """Implements :class:`tilekeep.entrypoints.seeding.run.RunReport`.

    Args:
        say: writes a line.
        summaries: writes what a task is.
        clock: the time that lines begin with, and between them.
        quiet: 0 for a line a second, 1 for one in half a minute, more for none.
    """

    def __init__(self, say: Callable[[str], None], summaries: Summaries, clock: Clock, quiet: int = 0) -> None:
        self._say = say
        self._summaries = summaries
        self._clock = clock
        self._pause = _SECONDS_BETWEEN_LINES.get(quiet)
        self._last_line = 0.0
        self._cells = 1

    def task_begins(self, task: SeedTask, progress: TaskProgress, cells: int) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        self._cells = max(1, cells)
        self._head(task)
        if progress.upto is not None:
            self._say(f"    Going on after {progress.result.looked_at} tiles")
        self._last_line = self._clock.monotonic()

    def task_is_done_already(self, task: SeedTask) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        self._head(task)
        self._say("    Done by an earlier run")

    def chunk_done(self, task: SeedTask, job: ChunkJob, passed: int, result: Tally) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        now = self._clock.monotonic()
        if self._pause is None or now < self._last_line + self._pause:
            return
        self._last_line = now
        chunk = job.planned.chunk
        box = task.plan.chunk_bbox(chunk)
        self._progress(chunk.level, passed / self._cells, box_text(box), result)

    def task_ends(self, task: SeedTask, result: Tally) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        if self._pause is not None:
            plan = task.plan
            box = plan.grid.bbox if plan.region is None else plan.region.bbox
            self._progress(next(iter(plan.levels), 0), 1.0, box_text(box), result)
        shown = result.some_failed[:_MOST_FAILED]
        for failed in shown:
            self._say(f"    failed: {'/'.join(map(str, failed.unit))}: {failed.reason}")
        if result.failed > len(shown):
            self._say(f"    and {result.failed - len(shown)} more")

    def cleanup_begins(self, task: CleanupTask) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        self._head(task)

    def level_is_cleaned(self, task: CleanupTask, level: int) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        self._say(f"[{self._time()}] removing {task.removes} of level {level}")

    def cleanup_ends(self, task: CleanupTask, removed: int | None) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        if removed is not None:
            self._say(f"[{self._time()}] {removed} tiles removed")

    def _head(self, task: SeedTask | CleanupTask) -> None:
        for line in self._summaries.lines(task):
            self._say(line)

    def _progress(self, level: int, share: float, box: str, result: Tally) -> None:
        failed = f", {result.failed} failed" if result.failed else ""
        self._say(f"[{self._time()}] {level:2d} {100 * share:6.2f}% {box} ({result.looked_at} tiles{failed})")

    def _time(self) -> str:
        return dt.datetime.fromtimestamp(self._clock.now()).astimezone().strftime("%H:%M:%S")

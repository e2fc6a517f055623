"""Progress as people like to see it on a terminal: one bar with counts, rate and time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.domain.seed_counts import counted_level
from tilekeep.domain.seeding import ChunkJob, Tally, TaskProgress
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.server_loads import ServerLoads
from tilekeep.entrypoints.seeding.summary import Summaries, box_text
from tilekeep.ports.clock import Clock

#: Comparisons of a level with an area for the total; more would keep people waiting for the first tile.
_COMPARISONS = 200

_NOTHING_YET: dict[str, Any] = {
    "level": "",
    "tiles": 0,
    "of": "",
    "rate": 0.0,
    "failed": "",
    "box": "",
    "load": "",
}


class TerminalReport:
    """Implements :class:`tilekeep.entrypoints.seeding.run.RunReport` with a bar under the lines of tasks."""

    def __init__(self, console: Console, summaries: Summaries, clock: Clock, loads: ServerLoads) -> None:
        self._console = console
        self._lines = LineReport(lambda line: console.print(line, markup=False, highlight=False), summaries, clock, 2)
        self._clock = clock
        self._loads = loads
        self._bar = Progress(
            TextColumn("level {task.fields[level]}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[tiles]}{task.fields[of]} tiles, {task.fields[rate]:.0f}/s{task.fields[failed]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[box]}", style="dim"),
            TextColumn("{task.fields[load]}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", start=False, visible=False, **_NOTHING_YET)
        self._begun = 0.0
        self._tiles_before = 0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While the bar is on the screen."""
        with self._bar:
            yield

    def task_begins(self, task: SeedTask, progress: TaskProgress, cells: int) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        self._lines.task_begins(task, progress, cells)
        self._begun, self._tiles_before = self._clock.monotonic(), progress.result.looked_at
        self._bar.reset(self._task, total=max(1, cells), visible=True, **{**_NOTHING_YET, "of": _total_of(task)})

    def task_is_done_already(self, task: SeedTask) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        self._lines.task_is_done_already(task)

    def chunk_done(self, task: SeedTask, job: ChunkJob, passed: int, result: Tally) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        seconds = max(0.001, self._clock.monotonic() - self._begun)
        self._bar.update(
            self._task,
            completed=passed,
            level=job.planned.chunk.level,
            tiles=result.looked_at,
            rate=(result.looked_at - self._tiles_before) / seconds,
            failed=f", {result.failed} failed" if result.failed else "",
            box=box_text(task.plan.chunk_bbox(job.planned.chunk)),
            load=self._loads.text(task.cache.upstreams),
        )

    def task_ends(self, task: SeedTask, result: Tally) -> None:
        """See :class:`~tilekeep.application.seeding.run_tasks.SeedReport`."""
        self._bar.update(self._task, visible=False)
        self._lines.task_ends(task, result)
        parts = {
            "made": result.made,
            "confirmed": result.renewed,
            "good as they were": result.kept,
            "with nothing to keep": result.empty,
        }
        said = ", ".join(f"{count} {what}" for what, count in parts.items() if count) or "nothing to do"
        self._console.print(f"    {said}", markup=False, highlight=False)

    def cleanup_begins(self, task: CleanupTask) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        self._lines.cleanup_begins(task)

    def level_is_cleaned(self, task: CleanupTask, level: int) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        self._lines.level_is_cleaned(task, level)

    def cleanup_ends(self, task: CleanupTask, removed: int | None) -> None:
        """See :class:`~tilekeep.application.seeding.clean_up.CleanupReport`."""
        self._lines.cleanup_ends(task, removed)


def _total_of(task: SeedTask) -> str:
    """All tiles of a task; of existing ones nobody knows how many there are before they are listed."""
    if task.only_existing:
        return ""
    counts = [counted_level(task.plan, level, _COMPARISONS) for level in task.plan.levels]
    about = "" if all(count.is_exact for count in counts) else "about "
    return f" of {about}{sum(count.tiles for count in counts)}"

"""What people are told of a task before it is done (spec/seed.md, 4)."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.config.assemble.seed_tasks import EmptyTask
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.seeding import TaskName
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.ports.projection import Projection

SEEDS_BANNER = "========== Seeding tasks =========="
CLEANUPS_BANNER = "========== Cleanup tasks =========="


class Summaries:
    """Writes the lines of tasks as the reference does, for those who read them with programs."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    def lines(self, task: SeedTask | CleanupTask | EmptyTask) -> Iterator[str]:
        """The lines of one task."""
        yield f"  {task.name.name}:"
        if isinstance(task, EmptyTask):
            yield "    Empty coverage given for this task"
            yield "    Skipped"
            return
        doing = "Seeding" if isinstance(task, SeedTask) else "Cleaning up"
        grid = task.plan.grid
        yield f"    {doing} cache {task.name.cache!r} with grid {task.name.grid!r} in {grid.srs.code}"
        yield from self._area(task.plan)
        yield f"    Levels: {list(task.name.levels)}"
        yield from _dimensions(task.name)
        yield f"    Overwriting: {task.overwrites}" if isinstance(task, SeedTask) else f"    Remove: {task.removes}"

    def _area(self, plan: SeedPlan) -> Iterator[str]:
        box = plan.grid.bbox if plan.region is None else plan.region.bbox
        try:
            shown = self._projection.between(plan.grid.srs, self._projection.srs(WGS_84_CODE)).bbox(box)
        except ProjectionError:
            return
        yield f"    Limited to coverage in: {box_text(shown)} ({WGS_84_CODE})"


def box_text(box: BBox) -> str:
    """West, south, east and north with five decimals."""
    return ", ".join(f"{number:.5f}" for number in box)


def _dimensions(name: TaskName) -> Iterator[str]:
    if name.dimensions:
        yield f"    Dimensions: {', '.join(f'{key}={value}' for key, value in name.dimensions)}"

"""What a run would come to, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.domain.patience import Patience
from tilekeep.domain.seed_estimate import SeedEstimate
from tilekeep.domain.seeding import TaskName
from tilekeep.entrypoints.quantities import duration_text, size_text
from tilekeep.entrypoints.seeding.run import Stopping, WantedTasks

#: A sample tells soon that a source fails.
_NO_PATIENCE = Patience(attempts=1)


class TaskEstimate(NamedTuple):
    """The estimate of one task."""

    name: TaskName
    estimate: SeedEstimate


def estimates(
    container: TilekeepContainer, wanted: WantedTasks, stop: Stopping, *, blocks: int
) -> Iterator[TaskEstimate]:
    """Estimates the seeds one after the other; makes at most ``blocks`` blocks of tiles, or one for each level.

    :raises StoreError: a store cannot be looked at or written.
    """
    work = container.use_cases.seed_chunk(
        stop=stop, making_seconds=longest_request_seconds(container.settings), patience=_NO_PATIENCE
    )
    estimate = container.use_cases.estimate_task(work=work, blocks=blocks)
    for task in wanted.seeds:
        if isinstance(task, SeedTask):
            yield TaskEstimate(task.name, estimate(task))


def lines(found: TaskEstimate, workers: int) -> Iterator[str]:
    """What people are told of a task."""
    name, (levels, sample, is_measured) = found
    about = "" if all(level.is_exact for level in levels) else "about "
    yield f"{name.name} ({name.cache}, {name.grid}): {about}{found.estimate.tiles} tiles on {len(levels)} levels"
    failed = f", {sample.failed} blocks failed" if sample.failed else ""
    yield (
        f"    sample: {sample.looked_at} tiles looked at, {sample.wanted} of them missing or stale;"
        f" {sample.made} made in {sample.making_seconds:.1f} s{failed}"
    )
    if not sample.wanted:
        yield "    nothing to make, as far as the sample shows"
    elif not is_measured:
        yield f"    to make: about {found.estimate.wanted} tiles; no size and time, as none could be made"
    else:
        yield _total(found.estimate.wanted, found.estimate.bytes, found.estimate.seconds(workers), workers)


def total_line(found: Sequence[TaskEstimate], workers: int) -> str:
    """All tasks together."""
    each = [one.estimate for one in found]
    seconds = sum(one.seconds(workers) for one in each)
    return "all tasks" + _total(sum(one.wanted for one in each), sum(one.bytes for one in each), seconds, workers)[3:]


def facts(found: Sequence[TaskEstimate], workers: int) -> dict[str, Any]:
    """The same for programs; bytes and seconds are None where nothing could be made."""
    return {
        "processes": workers,
        "tasks": [
            {
                "task": name.name,
                "cache": name.cache,
                "grid": name.grid,
                "dimensions": dict(name.dimensions),
                "tiles": estimate.tiles,
                "to_make": estimate.wanted,
                "bytes": estimate.bytes if estimate.is_measured else None,
                "seconds": round(estimate.seconds(workers), 1) if estimate.is_measured else None,
                "levels": [level._asdict() for level in estimate.levels],
                "sample": {key: value for key, value in estimate.sample._asdict().items() if key != "level"},
            }
            for name, estimate in found
        ],
    }


def _total(wanted: int, size: int, seconds: float, workers: int) -> str:
    processes = "1 process" if workers == 1 else f"{workers} processes"
    return f"    to make: about {wanted} tiles, {size_text(size)}, {duration_text(seconds)} with {processes}"

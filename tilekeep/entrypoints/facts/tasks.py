"""How far a task of seeding has got."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tilekeep.domain.seeding import FailedUnit
from tilekeep.ports.job_store import TaskNote


def task_facts(note: TaskNote, failed: Iterable[FailedUnit]) -> dict[str, Any]:
    """Of a task, with those of its failed units that are to be told; instants in ISO 8601, UTC."""
    name, progress = note.name, note.progress
    return {
        "task": name.name,
        "cache": name.cache,
        "grid": name.grid,
        "levels": list(name.levels),
        "dimensions": dict(name.dimensions),
        "finished": progress.is_finished,
        "share": round(note.passed / max(1, note.cells), 4),
        "made": progress.result.made,
        "confirmed": progress.result.renewed,
        "kept": progress.result.kept,
        "empty": progress.result.empty,
        "failed_count": progress.result.failed,
        "failed": [{"tile": list(unit), "reason": reason} for unit, reason in failed],
        "begun": instant_text(note.started_at),
        "last change": instant_text(note.changed_at),
    }


def remaining_seconds(note: TaskNote, since: float) -> int | None:
    """How long the task will still take if it goes on as it has since it began; None if nobody can know.

    A task that was begun before ``since``, the start of its run, was interrupted for some time, so that its progress
    says nothing of its speed.
    """
    worked = note.changed_at - note.started_at
    if note.progress.is_finished or note.passed <= 0 or worked <= 0 or note.started_at < since - 1.0:
        return None
    return round(worked * max(0, note.cells - note.passed) / note.passed)


def instant_text(instant: float) -> str:
    """An instant in POSIX seconds as ISO 8601, to the second, in UTC."""
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds")

"""Notes on how far tasks of seeding have got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.seeding import ChunkResult, FailedUnit, SeedWorker, TaskName, TaskProgress
from tilekeep.domain.tile import TileCoord


class TaskNote(NamedTuple):
    """What is known of a task; ``cells`` of chunks there are in all, of which ``passed`` have been done or skipped."""

    name: TaskName
    progress: TaskProgress
    passed: int
    cells: int
    started_at: float
    changed_at: float


class WorkerNote(NamedTuple):
    """What is known of a worker on another machine, and since when."""

    worker: SeedWorker
    changed_at: float


class JobStore(Protocol):
    """Notes of one run, which a later one can go on with.  Written by one process alone, read by any.

    :raises JobStoreError: of all methods, if the notes cannot be read or written.
    """

    def progress_of(self, name: TaskName) -> TaskProgress:
        """How far a task has got; the start for one that is unknown."""
        ...

    def begin(self, name: TaskName, cells: int, at: float, fingerprint: str) -> None:
        """Notes that a task is being done; by its ``fingerprint`` another one of that name is told from it."""
        ...

    def fingerprint_of(self, name: TaskName) -> str | None:
        """That with which a task was begun; None for one that is unknown."""
        ...

    def forget(self, name: TaskName) -> None:
        """Drops all that is noted of a task."""
        ...

    def advance(self, name: TaskName, progress: TaskProgress, passed: int, result: ChunkResult, at: float) -> None:
        """Notes what came of one more chunk: ``progress`` with it, and the ``result`` of it alone."""
        ...

    def failed_units(self, name: TaskName) -> Iterator[FailedUnit]:
        """The units of a task that could not be made, some at a time, by level, column and row.

        Those that have been given stay given while others are settled.
        """
        ...

    def settle_failed(self, name: TaskName, units: Sequence[TileCoord], result: ChunkResult, at: float) -> None:
        """Notes what came of trying ``units`` of that list once more; those that have failed again stay on it."""
        ...

    def close(self) -> None:
        """Lets go of the notes."""
        ...

    def tasks(self) -> Sequence[TaskNote]:
        """All tasks, in the order in which they were begun."""
        ...

    def note_workers(self, workers: Sequence[SeedWorker], at: float) -> None:
        """Notes all workers on other machines, in place of those that were noted before."""
        ...

    def workers(self) -> Sequence[WorkerNote]:
        """The workers that were noted last, by name."""
        ...

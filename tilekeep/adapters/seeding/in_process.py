"""Chunks of seeding done one after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.seed_executor import ChunkWork, Stopped
from tilekeep.ports.stop import Stop


class InProcessExecutor:
    """Implements :class:`tilekeep.ports.seed_executor.SeedExecutor`."""

    def __init__(self, work: ChunkWork, stop: Stop) -> None:
        self._work = work
        self._stop = stop

    def run(self, jobs: Iterable[ChunkJob], done: Callable[[ChunkJob, ChunkResult], None]) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`."""
        for job in jobs:
            if self._stop.requested:
                return
            try:
                result = self._work(job)
            except Stopped:
                return
            done(job, result)

    def close(self) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`: there is nothing to let go."""

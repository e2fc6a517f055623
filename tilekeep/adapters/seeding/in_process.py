"""Chunks of seeding done one after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.seed_executor import ChunkWork, MayBegin, Stopped, always
from tilekeep.ports.stop import Stop

#: How often it is looked whether chunks may be begun.
_LOOK_AT_CLOCK_SECONDS = 5.0


class InProcessExecutor:
    """Implements :class:`tilekeep.ports.seed_executor.SeedExecutor`."""

    def __init__(self, work: ChunkWork, stop: Stop, may_begin: MayBegin = always) -> None:
        self._work = work
        self._stop = stop
        self._may_begin = may_begin

    def run(self, jobs: Iterable[ChunkJob], done: Callable[[ChunkJob, ChunkResult], None]) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`."""
        for job in jobs:
            while not self._may_begin() and not self._stop.wait(_LOOK_AT_CLOCK_SECONDS):
                pass
            if self._stop.requested:
                return
            try:
                result = self._work(job)
            except Stopped:
                return
            done(job, result)

    def close(self) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`: there is nothing to let go."""

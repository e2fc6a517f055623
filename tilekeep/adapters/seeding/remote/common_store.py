"""Workers who store their tiles somewhere else than the run are found out, before it is noted what they have done."""

from __future__ import annotations

from tilekeep.domain.errors import SeedingBrokenOff
from tilekeep.domain.seed_orders import ChunkPart
from tilekeep.domain.seeding import ChunkJob
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_executor import LookFor

#: How long a tile may be on its way, as between clients of one file server.
_ON_ITS_WAY_SECONDS = 5.0

#: When a chunk of which nothing is seen is handed out once more.
AGAIN_SECONDS = 2.0


class CommonStore:
    """Looks for a tile of each worker, the first time that it has stored any of a task."""

    def __init__(self, look_for: LookFor, clock: Clock) -> None:
        self._look_for = look_for
        self._clock = clock
        self._seen: set[tuple[str, int]] = set()
        self._unseen_since: dict[tuple[str, int], float] = {}

    def holds(self, worker: str, job: ChunkJob, part: ChunkPart) -> bool:
        """Whether what a worker has stored is seen here; False as long as it may be on its way.

        :raises SeedingBrokenOff: it is not, and will not be.
        :raises StoreError: the store cannot be looked at.
        """
        who = (worker, job.task)
        if part.sample is None or who in self._seen:
            return True
        place = self._look_for(job, part.sample)
        if place is None:
            self._seen.add(who)
            return True
        now = self._clock.monotonic()
        if now - self._unseen_since.setdefault(who, now) < _ON_ITS_WAY_SECONDS:
            return False
        raise SeedingBrokenOff(
            f"worker {worker} stores its tiles elsewhere: the one that it has at {part.sample.place!r} "
            f"is not at {place!r}, where this run looks for it; let both have one store in common"
        )

"""Doing the chunks of seeding: in this process, in several, or on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart, StoredSample
from tilekeep.domain.seeding import ChunkJob, ChunkResult, SeedWorker
from tilekeep.ports.stop import Stop

#: Does one chunk; raises Stopped when there was no time to finish it.
ChunkWork = Callable[[ChunkJob], ChunkResult]

#: Does a part of a chunk for somebody else, until a stop is requested; raises Stopped in that case, ConfigurationError
#: if there is no such thing to be done, and StoreError.
OrderWork = Callable[[ChunkOrder, Stop], ChunkPart]

#: Whether a chunk may be begun now, as at the hours of work.
MayBegin = Callable[[], bool]

#: Looks at a chunk: what comes of it if nothing has to be made, else None.
Look = Callable[[ChunkJob], ChunkResult | None]

#: Does what all workers would have to do, who inherit it; it is known that something has to be made.
BeforeMaking = Callable[[], None]

#: What somebody else is told of a chunk.
Ordering = Callable[[ChunkJob], ChunkOrder]

#: Looks for a tile that somebody else has stored for a chunk; where it looked in vain, or None.
LookFor = Callable[[ChunkJob, StoredSample], str | None]

#: Hears of the workers on other machines when anything about them has changed.
WorkersListener = Callable[[Sequence[SeedWorker]], None]


def always() -> bool:
    """Chunks may be begun at any time."""
    return True


def no_look(_: ChunkJob) -> ChunkResult | None:
    """Every chunk is for the workers."""
    return None


def nothing_before() -> None:
    """Workers need nothing that they do not find themselves."""


class SeedWorkerProcess(Protocol):
    """Does chunks for coordinators elsewhere."""

    def run(self) -> int:
        """Works until it is asked to end, finishes what it has begun, and gives the exit code of the process."""
        ...


class Stopped(Exception):
    """A stop was requested in the middle of a chunk, which is to be done once more."""


class SeedExecutor(Protocol):
    """Has chunks done, some at a time.  A chunk whose worker dies is done once more."""

    def run(self, jobs: Iterable[ChunkJob], done: Callable[[ChunkJob, ChunkResult], None]) -> None:
        """Has all ``jobs`` done, in any order, and says of each what came of it, in the thread of the caller.

        Jobs are taken from the iterable as there is room for them.  While none may be begun, as :data:`MayBegin` says,
        those under way are finished, told of and not followed by others.  Ends early, with chunks under way finished
        or given up, when a stop is requested.

        :raises StoreError: a chunk could not be stored; those under way are finished first, or given up.
        :raises SeedingBrokenOff: chunks cannot be done, whoever tries.
        """
        ...

    def close(self) -> None:
        """Lets go what was needed for that; to be called when all is done."""
        ...

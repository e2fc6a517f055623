"""When enough workers have died at a chunk."""

from __future__ import annotations

from tilekeep.domain.errors import SeedingBrokenOff
from tilekeep.domain.seed_plan import SeedChunk

#: A chunk during which so many workers died, be it that of another one, is not begun again.
MOST_DEATHS = 5


def too_many_deaths(chunk: SeedChunk, times: int = MOST_DEATHS) -> SeedingBrokenOff:
    """What is said of a chunk that workers die of."""
    return SeedingBrokenOff(
        f"workers have died {times} times at chunk {chunk.column}/{chunk.row} of level {chunk.level}; "
        "look for a lack of memory or a crash in the log of the system, and go on with --continue"
    )

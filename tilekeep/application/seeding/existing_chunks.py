"""The chunks of a task with stored tiles that are stale: found from the store, at the cost of what exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.application.seeding.stored_tiles import stored_tiles
from tilekeep.domain.seed_plan import PlannedChunk, Position
from tilekeep.ports.tile_store import never


@dataclass(frozen=True, slots=True)
class ExistingChunks:
    """Chunks in order; each is a cell of its own."""

    found: tuple[PlannedChunk, ...]

    @property
    def cells(self) -> int:
        """How many there are."""
        return len(self.found)

    def chunks(self, after: Position | None = None) -> Iterator[PlannedChunk]:
        """Those after a position."""
        return (planned for planned in self.found if after is None or planned.position > after)


def existing_chunks(task: SeedTask, now: float, is_to_end: Callable[[], bool] = never) -> ExistingChunks:
    """The chunks with stale tiles, seen at ``now`` (POSIX seconds); only some of them where ``is_to_end`` said so.

    :raises StoreError: the store cannot be listed.
    """
    plan, store, found = task.plan, task.cache.store, list[PlannedChunk]()
    for level in plan.levels:
        stale = stored_tiles(store, plan, level, task.name.dimensions, task.policy, now, is_to_end=is_to_end)
        # Other forms of tiles are made of these when somebody asks for them.
        found += plan.chunks_with(level, (key.coord for key in stale if not key.variant))
    return ExistingChunks(tuple(planned._replace(passed=index) for index, planned in enumerate(found)))

"""Seeding on several machines: what a coordinator says of a chunk, and how a worker does it."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.seeding.common_store import place_without, stored_sample
from tilekeep.application.seeding.seed_chunk import SeedChunkWork
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.patience import DEFAULT_PATIENCE
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart, StoredSample
from tilekeep.domain.seeding import ChunkJob
from tilekeep.ports.clock import Clock
from tilekeep.ports.stop import Stop

#: After this time a worker begins nothing more of a chunk, and the rest of it is handed out anew.
_PART_SECONDS = 30.0

#: What looking into a slow store may add to that.
_MARGIN_SECONDS = 60.0


def longest_part_seconds(settings: Settings) -> float:
    """How long a worker is busy with a chunk at most: its last unit may be begun at the end of its time."""
    return _PART_SECONDS + longest_request_seconds(settings) + _MARGIN_SECONDS


class TaskOrders:
    """Says what workers have to know of a chunk.

    The limit of age is an instant of the coordinator's, and units are named one by one: so workers need neither the
    file of tasks nor the files that it names, and cannot mean another area or another age by it.
    """

    def __init__(self, tasks: Sequence[SeedTask], clock: Clock) -> None:
        self._tasks = tasks
        self._clock = clock

    def __call__(self, job: ChunkJob) -> ChunkOrder:
        """See :data:`tilekeep.ports.seed_executor.Ordering`."""
        task = self._tasks[job.task]
        limit = task.policy.limit
        return ChunkOrder(
            task=task.name,
            units=job.units or tuple(task.plan.units(job.planned.chunk)),
            stale_before=None if limit is None else limit.before(self._clock.now()),
            only_existing=task.only_existing,
            keeps_stale=task.keeps_stale,
        )


class LookForTiles:
    """Looks for tiles of workers in the stores of this run."""

    def __init__(self, tasks: Sequence[SeedTask]) -> None:
        self._tasks = tasks

    def __call__(self, job: ChunkJob, sample: StoredSample) -> str | None:
        """See :data:`tilekeep.ports.seed_executor.LookFor`."""
        return place_without(self._tasks[job.task], sample)


class DoOrder:
    """Does as much of a chunk as there is time for, with the maker, the locks and the gate of serving."""

    def __init__(self, container: TilekeepContainer) -> None:
        self._container = container
        self._making_seconds = longest_request_seconds(container.settings)

    def __call__(self, order: ChunkOrder, stop: Stop) -> ChunkPart:
        """See :data:`tilekeep.ports.seed_executor.OrderWork`."""
        use_cases = self._container.use_cases
        work: SeedChunkWork = use_cases.seed_chunk(
            stop=stop, making_seconds=self._making_seconds, patience=DEFAULT_PATIENCE
        )
        task = use_cases.ordered_tasks().task(order)
        part = work.part(task, order.units, order.attempts, _PART_SECONDS)
        failed = {failed.unit for failed in part.result.failed}
        done = [unit for unit in order.units[: part.units] if unit not in failed]
        return part._replace(sample=stored_sample(task, done))

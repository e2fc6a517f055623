"""Remove stored tiles: whole levels at once where a store can, else those that are listed in an area."""

from __future__ import annotations

from itertools import islice
from typing import Protocol

from tilekeep.application.seeding.seed_task import CleanupTask
from tilekeep.application.seeding.stored_tiles import stored_tiles
from tilekeep.application.seeding.working_time import WorkingTime
from tilekeep.domain.working_hours import WorkingHours
from tilekeep.ports.clock import Clock
from tilekeep.ports.stop import Stop

#: Tiles that are removed together.
_AT_ONCE = 1000


class CleanupReport(Protocol):
    """Hears of what is going on."""

    def cleanup_begins(self, task: CleanupTask) -> None:
        """A task is begun."""
        ...

    def level_is_cleaned(self, task: CleanupTask, level: int) -> None:
        """Tiles of a level are about to go."""
        ...

    def cleanup_ends(self, task: CleanupTask, removed: int | None) -> None:
        """A task is finished; the number of tiles that went is None where whole levels were dropped uncounted."""
        ...


class CleanUp:
    """Removes the tiles of tasks; nothing of the order of other tiles is touched, and servers may go on meanwhile.

    Args:
        clock: the present time.
        stop: ends it.
        report: hears of it.
        hours: the part of the day in which tiles are removed; None is all of it.
    """

    def __init__(self, clock: Clock, stop: Stop, report: CleanupReport, hours: WorkingHours | None = None) -> None:
        self._clock = clock
        self._stop = stop
        self._report = report
        self._time = WorkingTime(clock, stop, hours)

    def __call__(self, task: CleanupTask, *, dry_run: bool) -> int | None:
        """How many tiles have gone, or would; None where whole levels were dropped uncounted.

        :raises StoreError: the store does not do it.
        """
        self._report.cleanup_begins(task)
        removed: int | None = 0
        for level in task.plan.levels:
            if not self._time.has_come():
                break
            self._report.level_is_cleaned(task, level)
            if task.is_whole and not dry_run and not task.name.dimensions:
                self._drop(task, level)
                removed = None
            else:
                gone = self._remove_listed(task, level, dry_run=dry_run)
                removed = None if removed is None else removed + gone
        self._report.cleanup_ends(task, removed)
        return removed

    def _drop(self, task: CleanupTask, level: int) -> None:
        """A whole level, all dimensions together; at the end of the hours of work it is begun anew in the next ones."""
        limit = None if task.policy is None else task.policy.limit
        older_than = None if limit is None else limit.before(self._clock.now())
        if limit is not None and older_than is None:
            return
        ends = _Ends(self._stop, self._time)
        while self._time.has_come():
            task.cache.store.remove_level(level, older_than, spare_unknown=task.spares_unknown, is_to_end=ends)
            if not ends.once_more():
                return

    def _remove_listed(self, task: CleanupTask, level: int, *, dry_run: bool) -> int:
        """At the cost of what is stored there."""
        removed = 0
        dimensions = task.name.dimensions or None
        keys = stored_tiles(
            task.cache.store,
            task.plan,
            level,
            dimensions,
            task.policy,
            self._clock.now(),
            spare_unknown=task.spares_unknown,
            is_to_end=lambda: self._stop.requested,
        )
        while self._time.has_come() and (batch := list(islice(keys, _AT_ONCE))):
            if not dry_run:
                task.cache.store.remove(batch)
            removed += len(batch)
        return removed


class _Ends:
    """Whether a level that is being removed is to be left for now."""

    def __init__(self, stop: Stop, time: WorkingTime) -> None:
        self._stop = stop
        self._time = time
        self._is_over = False

    def __call__(self) -> bool:
        self._is_over = not self._time.is_now()
        return self._is_over or self._stop.requested

    def once_more(self) -> bool:
        """Whether it was left because the time for it was over, and is to be gone on with."""
        return self._is_over and not self._stop.requested

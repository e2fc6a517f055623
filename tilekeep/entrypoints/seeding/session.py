"""One call of the seeder: which tasks, what is noted down, when it ends, and what is said of it all."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.seed_tasks import EmptyTask
from tilekeep.config.containers import TilekeepContainer
from tilekeep.domain.errors import ForeignNotes
from tilekeep.domain.lock_names import seed_lock_name
from tilekeep.domain.seeding import Tally
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy
from tilekeep.entrypoints.seeding.run import RunOptions, RunReport, SeedRun, Stopping, WantedTasks
from tilekeep.entrypoints.seeding.summary import CLEANUPS_BANNER, SEEDS_BANNER, Summaries
from tilekeep.ports.job_store import JobStore, TaskNote

_log = logging.getLogger("tilekeep.seed")

_IN_MEMORY = ":memory:"


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a call asks for besides its tasks.

    :ivar progress_file: where it is noted what is done; None for nowhere.  When a run has gone through everything it is
        removed; where tiles could not be made it is kept beside, for ``retry_failed``.
    :ivar goes_on: whether an earlier run is gone on with.
    :ivar retry_failed: whether only those tiles are made that an earlier run could not make.
    :ivar waits_for_caches: whether caches that another run seeds are left to it until it has finished.
    :ivar stop_after_seconds: when to stop, or None.
    """

    run: RunOptions
    progress_file: str | None = None
    goes_on: bool = False
    retry_failed: bool = False
    waits_for_caches: bool = False
    stop_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What came of it: tiles, and whether it was stopped, by somebody or because its time was over."""

    tiles: Tally
    interrupted: bool = False
    time_is_over: bool = False


class SeedSession:
    """Does the tasks of one call.

    Args:
        container: makes everything.
        options: what the call asks for.
        report: hears of everything.
        say: writes a line.
        stop: ends it early; also requested by interrupts while the session runs.
    """

    def __init__(
        self,
        container: TilekeepContainer,
        options: SessionOptions,
        report: RunReport,
        say: Callable[[str], None],
        stop: Stopping,
    ) -> None:
        self._container = container
        self._options = options
        self._report = report
        self._say = say
        self._stop = stop
        self._interrupted = False
        self._summaries = Summaries(container.adapters.projection())

    def __call__(self, tasks: WantedTasks) -> SessionResult:
        """Seeds first, then cleanups.

        :raises StoreError: tiles cannot be stored or removed.
        :raises JobStoreError: it cannot be noted what is done.
        :raises TooManyRuns: another run does so in the same file.
        """
        with self._alone():
            return self._done(tasks)

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        """While it lasts, no other run has the same file of progress, nor that of its failures."""
        progress_file = self._options.progress_file
        if progress_file is None or self._notes_path() is None:
            return contextlib.nullcontext()
        return self._container.adapters.run_lock().held(progress_file)

    def _done(self, tasks: WantedTasks) -> SessionResult:
        timer = self._timer()
        with self._notes() as notes, _handling_signals(self._interrupt), timer or contextlib.nullcontext():
            run = SeedRun(self._container, self._options.run, notes, self._report, self._stop)
            result = self._seeds(run, tasks.seeds) if tasks.seeds else Tally()
            if tasks.cleanups and not self._stop.requested:
                self._cleanups(run, tasks.cleanups, notes)
            stopped = self._stop.requested
            known = notes.tasks()
        if not stopped:
            self._put_notes_away(known)
        return SessionResult(result, interrupted=self._interrupted, time_is_over=stopped and not self._interrupted)

    def _seeds(self, run: SeedRun, tasks: Sequence[SeedTask | EmptyTask]) -> Tally:
        self._say(SEEDS_BANNER)
        self._say(f"Start seeding process ({_counted(tasks)})")
        self._pass_over_empty(tasks)
        wanted = [task for task in tasks if isinstance(task, SeedTask)]
        if self._options.retry_failed:
            return run.retry(wanted)
        return self._one_cache_at_a_time(run, wanted) if self._options.waits_for_caches else run.seed(wanted)

    def _cleanups(self, run: SeedRun, tasks: Sequence[CleanupTask | EmptyTask], notes: JobStore) -> None:
        """Nothing goes that this run has made, nor, where it goes on with another, what that one has made."""
        self._say(CLEANUPS_BANNER)
        if self._options.retry_failed:
            self._say("Nothing is cleaned up while failed tiles are made; do that without --retry-failed.")
            return
        self._say(f"Start cleanup process ({_counted(tasks)})")
        self._pass_over_empty(tasks)
        began = min((note.started_at for note in notes.tasks()), default=math.inf)
        run.clean([_before(task, began) for task in tasks if isinstance(task, CleanupTask)])

    def _pass_over_empty(self, tasks: Sequence[SeedTask | CleanupTask | EmptyTask]) -> None:
        for task in tasks:
            if isinstance(task, EmptyTask):
                for line in self._summaries.lines(task):
                    self._say(line)

    def _one_cache_at_a_time(self, run: SeedRun, tasks: Sequence[SeedTask]) -> Tally:
        """Tasks of caches that another run is busy with come last; the last of all waits for it."""
        total, waiting, busy = Tally(), deque(tasks), 0
        while waiting and not self._stop.requested:
            task = waiting.popleft()
            with self._cache_lock(task.name.cache) as held:
                if held:
                    total, busy = total.plus(run.seed([task])), 0
                    continue
            waiting.append(task)
            busy += 1
            if busy <= len(waiting):
                self._say(f"    ...cache {task.name.cache!r} is locked, skipping")
            else:
                self._stop.wait(0.1)
        return total

    @contextlib.contextmanager
    def _cache_lock(self, cache: str) -> Iterator[bool]:
        options = self._container.options
        where = LockDirectory(options.lock_dir, options.directory_permissions, options.file_permissions, 0.0)
        with self._container.use_cases.shared().locks(where).try_hold(seed_lock_name(cache)) as held:
            yield held

    @contextlib.contextmanager
    def _notes(self) -> Iterator[JobStore]:
        keeps = self._options.goes_on or self._options.retry_failed
        notes = self._opened(self._notes_path() or _IN_MEMORY, new=not keeps)
        try:
            yield notes
        finally:
            notes.close()

    def _notes_path(self) -> str | None:
        """A run that only counts leaves no notes, and none without failures is opened to retry them."""
        options = self._options
        if options.progress_file is None or options.run.dry_run:
            return None
        if not options.retry_failed:
            return options.progress_file
        failures = failures_beside(options.progress_file)
        return failures if os.path.exists(failures) else None

    def _opened(self, path: str, *, new: bool) -> JobStore:
        """A file of another program, or of another version, is begun anew."""
        try:
            return self._made_notes(path, new=new)
        except ForeignNotes as error:
            if new:
                raise
            _log.error("%s; everything is looked at once more", error)
            return self._made_notes(path, new=True)

    def _made_notes(self, path: str, *, new: bool) -> JobStore:
        notes: JobStore = self._container.adapters.seed_notes(path, new=new)
        return notes

    def _put_notes_away(self, known: Sequence[TaskNote]) -> None:
        """The next run begins anew, after this one that has gone through everything.

        What an earlier one has left of failures ends with one that has seeded without any.
        """
        path, progress_file = self._notes_path(), self._options.progress_file
        if path is None or progress_file is None:
            return
        failures = failures_beside(progress_file)
        if any(note.progress.result.failed for note in known):
            os.replace(path, failures)
            return
        for done_with in (path, failures) if known else (path,):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(done_with)

    def _interrupt(self) -> None:
        self._interrupted = True
        self._stop.request()

    def _timer(self) -> contextlib.AbstractContextManager[None] | None:
        """Requests a stop when the time of the call is over."""
        seconds = self._options.stop_after_seconds
        return None if seconds is None else _ticking(threading.Timer(seconds, self._stop.request))


@contextlib.contextmanager
def _ticking(timer: threading.Timer) -> Iterator[None]:
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def _handling_signals(interrupt: Callable[[], None]) -> Iterator[None]:
    """While it lasts, interrupts and the wish to terminate end the work in good order.

    Only the main thread can ask for them; elsewhere they stay what they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: interrupt())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _before(task: CleanupTask, began: float) -> CleanupTask:
    """The task without tiles that were stored since a run ``began``, in POSIX seconds; one for all tiles stays."""
    limit = None if task.policy is None else task.policy.limit
    if not isinstance(limit, FixedLimit) or limit.instant < began:
        return task
    return replace(task, policy=StalenessPolicy(FixedLimit(float(int(began) - 1))))


def failures_beside(progress_file: str) -> str:
    """Where the notes of a complete run are kept of which tiles could not be made."""
    return f"{progress_file}.failed"


def _counted(tasks: Sequence[object]) -> str:
    return f"{len(tasks)} task{'s' if len(tasks) != 1 else ''}"

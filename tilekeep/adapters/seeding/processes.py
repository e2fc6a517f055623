"""Chunks of seeding done by processes of this machine."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tilekeep.adapters.seeding.deaths import MOST_DEATHS, too_many_deaths
from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_executor import (
    BeforeMaking,
    ChunkWork,
    Look,
    MayBegin,
    Stopped,
    always,
    no_look,
    nothing_before,
)
from tilekeep.ports.stop import Stop

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_log = logging.getLogger("tilekeep.seed")

#: Chunks that wait for each worker, so that none is idle and few are lost.
_WAITING_PER_WORKER = 1

#: All workers of a pool die with one of them, so that a chunk is blamed for deaths at others too.
_MOST_DEATHS_OF_POOLS = 5 * MOST_DEATHS

#: How long chunks are looked at before there are workers, whose start takes about a fifth of that.
_LOOK_SECONDS = 0.3

#: How soon a worker sees that its parent was killed.
_LOOK_AT_PARENT_SECONDS = 1.0

#: How often it is looked whether chunks may be begun.
_LOOK_AT_CLOCK_SECONDS = 5.0

#: What ends programs, and a worker before it knows better.
_HELD = frozenset({signal.SIGINT, signal.SIGTERM})

#: The work of a worker process, which it inherits with the fork: it need not be sent to it.
_work: ChunkWork | None = None
_may_begin: MayBegin = always


Done = Callable[[ChunkJob, ChunkResult], None]

#: Each chunk with the pool that has it.
_UnderWay = dict[Future[ChunkResult | None], tuple[ChunkJob, "ProcessPoolExecutor"]]


class ProcessExecutor:
    """Implements :class:`tilekeep.ports.seed_executor.SeedExecutor` with forked workers.

    A worker that dies takes the pool with it: a new one does the chunks that were under way once more, which costs a
    look at what is stored already.

    Before there are workers it is looked for a while whether anything has to be made at all: runs over caches that are
    full need none.
    """

    def __init__(
        self,
        work: ChunkWork,
        stop: Stop,
        workers: int,
        clock: Clock,
        may_begin: MayBegin = always,
        look: Look = no_look,
        before_making: BeforeMaking = nothing_before,
    ) -> None:
        """Starts nothing yet.

        Args:
            work: does a chunk.
            stop: one that workers inherit, as :class:`tilekeep.adapters.seeding.stopping.SharedStop`.
            workers: how many there are.
            clock: measures how long it is looked.
            may_begin: whether chunks may be begun.
            look: says what comes of a chunk of which nothing has to be made.
            before_making: is called before there are workers if something has.
        """
        self._chunk_work = work
        self._stop = stop
        self._workers = workers
        self._may_begin = may_begin
        self._clock = clock
        self._look = look
        self._before_making = before_making
        self._looks_until: float | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._deaths: Counter[ChunkJob] = Counter()

    def run(self, jobs: Iterable[ChunkJob], done: Done) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`."""
        waiting = _Waiting(iter(jobs))
        under_way: _UnderWay = {}
        while True:
            held_back = self._submit(waiting, under_way, done)
            if not under_way and not held_back:
                return
            if not under_way:
                self._stop.wait(_LOOK_AT_CLOCK_SECONDS)
                continue
            patience = _LOOK_AT_CLOCK_SECONDS if held_back else None
            finished, _ = wait(under_way, patience, return_when=FIRST_COMPLETED)
            for future in finished:
                job, pool = under_way.pop(future)
                if self._died(future, pool):
                    waiting.once_more(self._again(job))
                elif not self._settled(future, job, done):
                    waiting.once_more(job)

    def close(self) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`: waits for the workers to end."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _submit(self, waiting: _Waiting, under_way: _UnderWay, done: Done) -> bool:
        """Hands out as many as there is room for; whether others are held back for a while."""
        while not self._stop.requested and len(under_way) < self._workers * (1 + _WAITING_PER_WORKER):
            job = waiting.next()
            if job is None:
                return False
            if not self._may_begin():
                waiting.once_more(job)
                return True
            if self._pool is None and (result := self._looked_at(job)) is not None:
                done(job, result)
                continue
            try:
                with _signals_held():
                    pool = self._running_pool()
                    under_way[pool.submit(_do, job)] = job, pool
            except BrokenExecutor:
                self._forget_pool()
                waiting.once_more(job)
        return False

    def _died(self, future: Future[ChunkResult | None], pool: ProcessPoolExecutor) -> bool:
        """Whether the worker died, whereupon there will be a new pool, unless there is one already."""
        if not isinstance(future.exception(), BrokenExecutor):
            return False
        if pool is self._pool:
            self._forget_pool()
        return True

    def _again(self, job: ChunkJob) -> ChunkJob:
        """The job, unless its workers die again and again."""
        self._deaths[job] += 1
        if self._deaths[job] >= _MOST_DEATHS_OF_POOLS:
            raise too_many_deaths(job.planned.chunk, _MOST_DEATHS_OF_POOLS)
        return job

    def _looked_at(self, job: ChunkJob) -> ChunkResult | None:
        """What comes of a chunk without any worker; once there is something to make, workers do all the rest."""
        now = self._clock.monotonic()
        if self._looks_until is None:
            self._looks_until = now + _LOOK_SECONDS
        if now >= self._looks_until:
            return None
        result = self._look(job)
        if result is None:
            self._looks_until = now
            self._before_making()
        return result

    def _settled(self, future: Future[ChunkResult | None], job: ChunkJob, done: Done) -> bool:
        """Whether the chunk is over; False if its time was over before it was begun."""
        try:
            result = future.result()
        except Stopped:
            return True
        if result is not None:
            done(job, result)
        return result is not None

    def _running_pool(self) -> ProcessPoolExecutor:
        global _work, _may_begin
        if self._pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            _work, _may_begin = self._chunk_work, self._may_begin
            fork = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(self._workers, fork, initializer=_begin, initargs=(os.getpid(),))
        return self._pool

    def _forget_pool(self) -> None:
        if self._pool is not None:
            _log.warning("a worker of seeding died; its chunks are done once more")
            # The others may wait for a lock that died with it, and the pool would wait for them; their chunks are done
            # once more too.
            for worker in list((self._pool._processes or {}).values()):  # noqa: SLF001 - kill_workers() is for 3.14
                worker.kill()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class _Waiting:
    """Jobs that have not been handed out; those that have to be done once more come first."""

    def __init__(self, jobs: Iterator[ChunkJob]) -> None:
        self._jobs = jobs
        self._again: list[ChunkJob] = []

    def next(self) -> ChunkJob | None:
        """The next one, or None if there is none."""
        return self._again.pop(0) if self._again else next(self._jobs, None)

    def once_more(self, job: ChunkJob) -> None:
        """Takes a job back."""
        self._again.append(job)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Workers forked meanwhile hear of signals once they know what to do with them, and not as the parent does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int) -> None:
    """In a new worker: interrupts of the terminal are for the parent, which says when to stop, and ends with it."""
    gc.freeze()  # looking for garbage would copy what is shared with the parent and the others
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)
    threading.Thread(target=_end_with, args=(parent,), name="tilekeep-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    """Nobody notes what a worker makes whose parent was killed, and nobody would ever stop it.

    What it is writing is whole or not there, since writes are atomic.
    """
    while os.getppid() == parent:
        time.sleep(_LOOK_AT_PARENT_SECONDS)
    os._exit(1)


def _do(job: ChunkJob) -> ChunkResult | None:
    """In a worker; None if the chunk has waited here until it was too late to begin it."""
    assert _work is not None, "inherited with the fork"
    return _work(job) if _may_begin() else None

"""Workers of Celery in child processes of a test, which do what the test has prepared."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from itertools import count

from tests.contract.processes import forked, kill
from tests.integration.services.redis import RedisProcess
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.adapters.seeding.remote.executor import CeleryExecutor
from tilekeep.adapters.seeding.remote.making import celery_executor, celery_worker
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.seed_orders import ChunkOrder, StoredSample
from tilekeep.domain.seed_plan import PlannedChunk, Position, SeedChunk
from tilekeep.domain.seeding import ChunkJob, SeedWorker, TaskName
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.seed_executor import LookFor, MayBegin, OrderWork, always
from tilekeep.ports.stop import Stop

LONGEST_SECONDS = 30.0

#: A worker takes about a second to come.
_COMING_SECONDS = 15.0
_MOST_FORKS = 3
NAME = TaskName("seed", "all", "osm", "GLOBAL_WEBMERCATOR", (3,))

_digests: Callable[[], int] = count(1).__next__


def job(number: int) -> ChunkJob:
    """One of many."""
    return ChunkJob(0, PlannedChunk(Position(0, number), SeedChunk(3, number, 0, inside=True), number))


def number_of(job: ChunkJob) -> int:
    return job.planned.position.number


def order_of(job: ChunkJob) -> ChunkOrder:
    """The chunk as two units, of which the first has its number."""
    return ChunkOrder(NAME, (TileCoord(3, number_of(job), 0), TileCoord(3, number_of(job), 1)))


def job_of(order: ChunkOrder) -> ChunkJob:
    return job(order.units[0].x)


def seen(_job: ChunkJob, _sample: StoredSample) -> None:
    """Whatever workers store is seen."""


class Crew:
    """A broker that is the test's own, and workers at it."""

    def __init__(self, redis: RedisProcess) -> None:
        server = RedisServer("127.0.0.1", redis.port)
        self.broker = Broker(f"redis://127.0.0.1:{redis.port}/0", server, f"digest{_digests()}")
        self.clients = RedisClients(SystemClock())
        self.told: list[Sequence[SeedWorker]] = []
        self._started: list[int] = []

    def worker(self, work: OrderWork) -> int:
        """The process id of a worker that is there, which ends by itself after a minute.

        One that was forked while a thread of another test held a lock may wait for it for ever, and is made anew.
        """

        def run() -> None:
            warnings.simplefilter("ignore")
            clients = RedisClients(SystemClock())
            celery_worker(work, self.broker, at_a_time=1, longest_seconds=LONGEST_SECONDS, clients=clients).run()

        for _ in range(_MOST_FORKS):
            pid = forked(run)
            if self._comes(pid):
                self._started.append(pid)
                return pid
            kill(pid)
        raise AssertionError(f"none of {_MOST_FORKS} workers has come")

    def coordinator(self, stop: Stop, may_begin: MayBegin = always, look_for: LookFor = seen) -> CeleryExecutor:
        return celery_executor(
            order_of,
            stop,
            self.broker,
            self.told.append,
            longest_seconds=LONGEST_SECONDS,
            clients=self.clients,
            clock=SystemClock(),
            look_for=look_for,
            may_begin=may_begin,
        )

    def _comes(self, pid: int) -> bool:
        """Whether a worker says in good time that it is there; its name tells its process."""
        commands = self.clients.of(self.broker.server)
        end = time.monotonic() + _COMING_SECONDS
        while time.monotonic() < end:
            names = commands.ask((b"HKEYS", self.broker.workers_key), NO_DEADLINE)
            if any(b"-%d-" % pid in name for name in names):
                return True
            time.sleep(0.05)
        return False

    def end(self) -> None:
        """Kills workers that still run."""
        for pid in self._started:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

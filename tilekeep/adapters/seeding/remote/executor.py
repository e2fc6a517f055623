"""Chunks of seeding done by workers on this and other machines."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.seeding.deaths import MOST_DEATHS, too_many_deaths
from tilekeep.adapters.seeding.remote.board import Answered, Begun, Look, RunBoard, WorkersBoard
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.adapters.seeding.remote.broker_absence import BrokerAbsence
from tilekeep.adapters.seeding.remote.common_store import AGAIN_SECONDS, CommonStore
from tilekeep.adapters.seeding.remote.crew import Crew
from tilekeep.adapters.seeding.remote.handed import Handed
from tilekeep.adapters.seeding.remote.messages import Refused, Unstorable, answer_of, packed_order
from tilekeep.domain.errors import SeedingBrokenOff, StoreError, TilekeepError
from tilekeep.domain.seed_orders import ChunkPart
from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_executor import LookFor, MayBegin, Ordering, always
from tilekeep.ports.stop import Stop

if TYPE_CHECKING:
    from tilekeep.adapters.seeding.remote.chunk_queue import ChunkQueue

_log = logging.getLogger("tilekeep.seed")

#: Chunks that are handed out for each that is under way, so that nobody is idle and few are lost.
_HANDED_PER_PLACE = 2

_LOOK_SECONDS = 0.1

#: How long those are waited for, after a stop, who finish a unit.
_FAREWELL_SECONDS = 10.0

Done = Callable[[ChunkJob, ChunkResult], None]


class CeleryExecutor:
    """Implements :class:`tilekeep.ports.seed_executor.SeedExecutor`.

    What a worker does not finish, because it has died or takes no end, is handed out once more, which costs a look at
    what is stored already.
    """

    def __init__(
        self,
        order: Ordering,
        stop: Stop,
        run: str,
        board: RunBoard,
        workers: WorkersBoard,
        queue: ChunkQueue,
        crew: Crew,
        broker: Broker,
        clock: Clock,
        longest_seconds: float,
        look_for: LookFor,
        may_begin: MayBegin = always,
    ) -> None:
        self._order = order
        self._stop = stop
        self._run = run
        self._board = board
        self._workers = workers
        self._queue = queue
        self._crew = crew
        self._broker = broker
        self._clock = clock
        self._longest_seconds = longest_seconds
        self._may_begin = may_begin
        self._store = CommonStore(look_for, clock)
        self._absence = BrokerAbsence(broker.server.place, clock)
        self._numbers = count()
        self._handed: list[Handed] = []
        self._failure: TilekeepError | None = None

    def run(self, jobs: Iterable[ChunkJob], done: Done) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`.

        :raises SeedingBrokenOff: Redis cannot be used, workers die again and again, or one refuses its work.
        """
        left = iter(jobs)
        self._board.open()
        while not self._is_to_end:
            with self._absence.waited_for():
                look = self._board.look()
                self._settle(look, done)
                self._hand_out_again(look)
                more = self._hand_out(look, left)
                self._crew.tell(look, self._handed)
                if not self._handed and not more:
                    return
            self._stop.wait(_LOOK_SECONDS)
        self._take_leave(done)
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """See :class:`~tilekeep.ports.seed_executor.SeedExecutor`."""
        self._crew.dismiss()
        with contextlib.suppress(RedisUnusable):
            self._board.close()
        self._queue.close()

    @property
    def _is_to_end(self) -> bool:
        return self._stop.requested or self._failure is not None

    def _settle(self, look: Look, done: Done) -> None:
        """Takes in what workers have answered."""
        answered = [one for one in self._handed if one.token and isinstance(look.marks.get(one.token), Answered)]
        for one in answered:
            assert one.token is not None
            mark = look.marks[one.token]
            assert isinstance(mark, Answered)
            self._board.take_back([one.token])
            match answer_of(mark.text):
                case ChunkPart() as part:
                    if not self._is_in_store(mark.worker, one, part):
                        one.put_aside(self._clock.monotonic() + AGAIN_SECONDS)
                    elif not one.goes_on(part, self._clock.monotonic()):
                        self._handed.remove(one)
                        self._crew.has_done(mark.worker)
                        done(one.job, one.result)
                case Unstorable(reason):
                    self._fails(one, StoreError(reason))
                case Refused(reason):
                    self._fails(one, SeedingBrokenOff(f"worker {mark.worker}: {reason}"))
                case _:
                    one.put_aside()

    def _is_in_store(self, worker: str, one: Handed, part: ChunkPart) -> bool:
        try:
            return self._store.holds(worker, one.job, part)
        except (SeedingBrokenOff, StoreError) as error:
            self._failure = self._failure or error
            return False

    def _fails(self, one: Handed, error: TilekeepError) -> None:
        self._handed.remove(one)
        self._failure = self._failure or error

    def _hand_out_again(self, look: Look) -> None:
        """Puts those aside that are lost."""
        for one in self._handed:
            if one.token is None:
                continue
            mark = look.marks.get(one.token)
            times = mark.times - 1 if isinstance(mark, Begun) else 0
            again = one.again(look, self._longest_seconds)
            if again is not None:
                chunk = one.job.planned.chunk
                where = f"chunk {chunk.column}/{chunk.row} of level {chunk.level}"
                _log.warning("%s is handed out once more: %s", where, again.reason)
                if again.is_death and isinstance(mark, Begun):
                    one.deaths += 1
                    self._crew.is_lost(mark.worker)
                self._board.take_back([one.token])
                one.put_aside()
            if one.deaths + times >= MOST_DEATHS:
                raise too_many_deaths(one.job.planned.chunk)

    def _hand_out(self, look: Look, left: Iterator[ChunkJob]) -> bool:
        """Hands out what has been put aside, then as many others as there is room for; whether any may be left."""
        # One waits for whoever comes first, and without any left a run ends, be anybody there or not.
        room = max(1, _HANDED_PER_PLACE * self._crew.places(look))
        self._workers.remove(self._crew.long_gone(look))
        if not self._may_begin():
            self._take_back(look)
            return bool(self._handed) or self._puts_one_aside(left)
        now = self._clock.monotonic()
        waiting = [one for one in self._handed if one.token is None and one.due <= now]
        for one in waiting[: max(0, room - sum(one.token is not None for one in self._handed))]:
            self._put(one)
        while len(self._handed) < room and not self._is_to_end:
            job = next(left, None)
            if job is None:
                return False
            one = Handed(job, self._order(job))
            self._handed.append(one)
            self._put(one)
        return True

    def _take_back(self, look: Look) -> None:
        """Puts those aside that nobody has begun; whoever fetches them finds that nobody wants them any more."""
        waiting = [one for one in self._handed if one.token in look.marks and look.marks[one.token] is None]
        self._board.take_back([one.token for one in waiting if one.token])
        for one in waiting:
            one.put_aside()

    def _puts_one_aside(self, left: Iterator[ChunkJob]) -> bool:
        """Whether there is another chunk, which waits from now on."""
        job = next(left, None)
        if job is not None:
            self._handed.append(Handed(job, self._order(job)))
        return job is not None

    def _put(self, one: Handed) -> None:
        token = f"{self._run}-{next(self._numbers)}"
        self._board.hand_out(token)
        message = {"run": self._run, "token": token, "digest": self._broker.digest}
        self._queue.put(token, {**message, "order": packed_order(one.order)})
        one.token = token

    def _take_leave(self, done: Done) -> None:
        """Leaves what nobody has begun, and waits for those who are at work to finish a unit."""
        end = self._clock.monotonic() + _FAREWELL_SECONDS
        with contextlib.suppress(RedisUnusable):
            self._board.stop()
            while self._clock.monotonic() < end:
                look = self._board.look()
                self._settle(look, done)
                self._handed = [
                    one for one in self._handed if one.token and isinstance(look.marks.get(one.token), Begun)
                ]
                if not self._handed:
                    break
                # The stop has been requested already: it is no use to wait for.
                time.sleep(_LOOK_SECONDS)
        self._handed = []

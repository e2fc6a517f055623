"""Executors of seeding have every chunk done, whatever happens to their workers."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.celery_workers import Crew, job, job_of, number_of
from tests.fakes.clock import FakeClock
from tests.integration.services.redis import RedisProcess
from tilekeep.adapters.seeding.in_process import InProcessExecutor
from tilekeep.adapters.seeding.processes import ProcessExecutor
from tilekeep.adapters.seeding.remote.executor import CeleryExecutor
from tilekeep.adapters.seeding.stopping import SharedStop
from tilekeep.domain.errors import StoreError
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart
from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.seed_executor import ChunkWork, MayBegin, SeedExecutor, Stopped, always
from tilekeep.ports.stop import Stop

JOBS = [job(number) for number in range(40)]


class SeedExecutorSuite(ABC):
    @abstractmethod
    def make_executor(self, work: ChunkWork, stop: SharedStop, may_begin: MayBegin = always) -> SeedExecutor:
        """An executor that is new."""

    @pytest.fixture
    def stop(self) -> SharedStop:
        return SharedStop()

    def test_every_chunk_is_done_once(self, stop: SharedStop) -> None:
        executor = self.make_executor(lambda job: ChunkResult(made=number_of(job)), stop)
        done: list[tuple[ChunkJob, ChunkResult]] = []

        executor.run(iter(JOBS), lambda job, result: done.append((job, result)))
        executor.close()

        assert sorted(done) == [(job, ChunkResult(made=number_of(job))) for job in JOBS]

    def test_chunks_are_taken_only_as_there_is_room_for_them(self, stop: SharedStop) -> None:
        taken: list[int] = []
        done: list[int] = []

        def jobs() -> Iterator[ChunkJob]:
            for one in JOBS:
                taken.append(number_of(one))
                yield one

        executor = self.make_executor(lambda _: ChunkResult(), stop)
        ahead: list[int] = []

        def note(job: ChunkJob, _: ChunkResult) -> None:
            done.append(number_of(job))
            ahead.append(len(taken) - len(done))

        executor.run(jobs(), note)
        executor.close()

        assert max(ahead) <= 4

    def test_when_a_stop_is_requested_the_rest_is_left(self, stop: SharedStop) -> None:
        executor = self.make_executor(lambda _: ChunkResult(), stop)
        done: list[int] = []

        def note(job: ChunkJob, _: ChunkResult) -> None:
            done.append(number_of(job))
            stop.request()

        executor.run(iter(JOBS), note)
        executor.close()

        assert 0 < len(done) < len(JOBS)

    def test_a_chunk_that_was_not_finished_is_not_done(self, stop: SharedStop) -> None:
        def work(job: ChunkJob) -> ChunkResult:
            if number_of(job) == 5:
                stop.request()
                raise Stopped
            return ChunkResult()

        executor = self.make_executor(work, stop)
        done: list[int] = []

        executor.run(iter(JOBS), lambda job, _: done.append(number_of(job)))
        executor.close()

        assert 5 not in done
        assert len(done) < len(JOBS)

    def test_while_none_may_be_begun_those_under_way_are_finished_and_told_of(
        self, stop: SharedStop, tmp_path: Path
    ) -> None:
        closed, begun = tmp_path / "closed", tmp_path / "begun"
        begun.mkdir()

        def work(job: ChunkJob) -> ChunkResult:
            (begun / str(number_of(job))).touch()
            if number_of(job) == 5:
                closed.touch()
            return ChunkResult(made=1)

        executor = self.make_executor(work, stop, lambda: not closed.exists())
        done: list[int] = []
        watcher = threading.Thread(target=_request_when_still, args=(begun, closed, stop))
        watcher.start()

        executor.run(iter(JOBS), lambda job, _: done.append(number_of(job)))
        executor.close()

        watcher.join()
        assert stop.requested, "it has waited for its time until it was asked to stop"
        assert 5 in done
        assert sorted(done) == sorted(int(path.name) for path in begun.iterdir())
        assert len(done) < len(JOBS)

    def test_a_run_ends_when_all_is_done_also_while_none_may_be_begun(self, stop: SharedStop, tmp_path: Path) -> None:
        closed = tmp_path / "closed"

        def work(job: ChunkJob) -> ChunkResult:
            closed.touch()
            return ChunkResult()

        executor = self.make_executor(work, stop, lambda: not closed.exists())
        done: list[int] = []

        executor.run(iter(JOBS[:1]), lambda job, _: done.append(number_of(job)))
        executor.close()

        assert done == [0]

    def test_what_was_held_back_is_done_when_its_time_has_come(self, stop: SharedStop, tmp_path: Path) -> None:
        closed, closed_once = tmp_path / "closed", tmp_path / "closed-once"

        def work(job: ChunkJob) -> ChunkResult:
            with contextlib.suppress(FileExistsError):
                closed_once.touch(exist_ok=False)
                closed.touch()
            return ChunkResult()

        executor = self.make_executor(work, stop, lambda: not closed.exists())
        done: list[int] = []
        opener = threading.Thread(target=_open_when_closed, args=(closed,))
        opener.start()

        executor.run(iter(JOBS), lambda job, _: done.append(number_of(job)))
        executor.close()

        opener.join()
        assert sorted(done) == [number_of(job) for job in JOBS]

    def test_what_cannot_be_stored_ends_the_run(self, stop: SharedStop) -> None:
        def work(job: ChunkJob) -> ChunkResult:
            raise StoreError("the disk is full")

        executor = self.make_executor(work, stop)

        with pytest.raises(StoreError, match="the disk is full"):
            executor.run(iter(JOBS), lambda *_: None)
        executor.close()


def _open_when_closed(closed: Path) -> None:
    while not closed.exists():
        time.sleep(0.05)
    time.sleep(1.0)
    closed.unlink()


def _request_when_still(begun: Path, closed: Path, stop: SharedStop) -> None:
    """Requests a stop a while after the time was over, when nothing has been begun any more."""
    while not closed.exists():
        time.sleep(0.05)
    before = -1
    while before != (now := len(list(begun.iterdir()))):
        before = now
        time.sleep(1.5)
    stop.request()


class TestInProcessExecutor(SeedExecutorSuite):
    def make_executor(self, work: ChunkWork, stop: SharedStop, may_begin: MayBegin = always) -> InProcessExecutor:
        return InProcessExecutor(work, stop, may_begin)


class TestProcessExecutor(SeedExecutorSuite):
    def make_executor(self, work: ChunkWork, stop: SharedStop, may_begin: MayBegin = always) -> ProcessExecutor:
        return ProcessExecutor(work, stop, 2, FakeClock(), may_begin)

    def test_chunks_of_a_worker_that_is_killed_are_done_once_more(self, stop: SharedStop, tmp_path: Path) -> None:
        killed = tmp_path / "killed"

        def work(job: ChunkJob) -> ChunkResult:
            with (tmp_path / f"{number_of(job)}-{os.getpid()}").open("w"):
                pass
            if number_of(job) in {7, 23} and not (killed.with_suffix(f".{number_of(job)}")).exists():
                killed.with_suffix(f".{number_of(job)}").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return ChunkResult(made=1)

        executor = self.make_executor(work, stop)
        done: list[int] = []

        executor.run(iter(JOBS), lambda job, _: done.append(number_of(job)))
        executor.close()

        assert sorted(done) == [number_of(job) for job in JOBS]
        begun = [path.name.partition("-")[0] for path in tmp_path.glob("*-*")]
        assert len(begun) - len(JOBS) <= 2 * 4, "each death costs at most what was under way"

    def test_workers_inherit_what_was_done_before_the_first_of_them(self, stop: SharedStop) -> None:
        heard: list[str] = []
        executor = ProcessExecutor(
            lambda _: ChunkResult(made=len(heard)), stop, 2, FakeClock(), before_making=lambda: heard.append("once")
        )
        results: set[int] = set()

        executor.run(iter(JOBS), lambda _, result: results.add(result.made))
        executor.close()

        assert heard == ["once"]
        assert results == {1}

    def test_without_anything_to_make_there_are_no_workers(self, stop: SharedStop) -> None:
        made: list[str] = []
        executor = ProcessExecutor(
            lambda _: ChunkResult(made=1),
            stop,
            2,
            FakeClock(),
            look=lambda job: ChunkResult(kept=number_of(job)),
            before_making=lambda: made.append("once"),
        )
        done: list[tuple[ChunkJob, ChunkResult]] = []

        executor.run(iter(JOBS), lambda job, result: done.append((job, result)))
        executor.close()

        assert done == [(job, ChunkResult(kept=number_of(job))) for job in JOBS]
        assert made == []

    def test_from_the_first_chunk_with_something_to_make_on_workers_do_all(self, stop: SharedStop) -> None:
        looked_at: list[int] = []

        def look(job: ChunkJob) -> ChunkResult | None:
            looked_at.append(number_of(job))
            return ChunkResult(kept=1) if number_of(job) != 7 else None

        executor = ProcessExecutor(lambda _: ChunkResult(made=1), stop, 2, FakeClock(), look=look)
        results: dict[int, ChunkResult] = {}

        executor.run(iter(JOBS), lambda job, result: results.update({number_of(job): result}))
        executor.close()

        numbers = [number_of(job) for job in JOBS]
        assert looked_at == [*range(8)]
        assert results == {number: ChunkResult(kept=1) if number < 7 else ChunkResult(made=1) for number in numbers}

    def test_looking_that_takes_long_is_left_to_workers(self, stop: SharedStop) -> None:
        clock = FakeClock()
        made: list[str] = []

        def look(_: ChunkJob) -> ChunkResult:
            clock.advance(0.2)
            return ChunkResult(kept=1)

        executor = ProcessExecutor(
            lambda _: ChunkResult(kept=2), stop, 2, clock, look=look, before_making=lambda: made.append("once")
        )
        results: list[int] = []

        executor.run(iter(JOBS), lambda _, result: results.append(result.kept))
        executor.close()

        assert sorted(results) == [1, 1, *[2] * (len(JOBS) - 2)]
        assert made == [], "nobody knows yet of anything to make"

    def test_after_a_stop_nothing_more_is_looked_at(self, stop: SharedStop) -> None:
        looked_at: list[int] = []

        def look(job: ChunkJob) -> ChunkResult:
            looked_at.append(number_of(job))
            if number_of(job) == 3:
                stop.request()
            return ChunkResult(kept=1)

        executor = ProcessExecutor(lambda _: ChunkResult(made=1), stop, 2, FakeClock(), look=look)

        executor.run(iter(JOBS), lambda *_: None)
        executor.close()

        assert looked_at == [0, 1, 2, 3]

    def test_work_is_done_by_other_processes(self, stop: SharedStop) -> None:
        executor = self.make_executor(lambda _: ChunkResult(made=os.getpid()), stop)
        workers: set[int] = set()

        executor.run(iter(JOBS), lambda _, result: workers.add(result.made))
        executor.close()

        assert os.getpid() not in workers
        assert 0 < len(workers) <= 2


class TestCeleryExecutor(SeedExecutorSuite):
    @pytest.fixture(autouse=True)
    def _crew(self, redis_server: RedisProcess) -> Iterator[None]:
        self.crew = Crew(redis_server)
        yield
        self.crew.end()

    def make_executor(self, work: ChunkWork, stop: SharedStop, may_begin: MayBegin = always) -> CeleryExecutor:
        def does(order: ChunkOrder, _: Stop) -> ChunkPart:
            return ChunkPart(work(job_of(order)), len(order.units))

        for _ in range(2):
            self.crew.worker(does)
        return self.crew.coordinator(stop, may_begin)

"""What coordinators and workers of Celery do when one of them, or Redis, is not as it should be."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.celery_workers import LONGEST_SECONDS, Crew, job, job_of, number_of, order_of
from tests.integration.services.redis import RedisProcess
from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.seeding.remote.board import Answered, RunBoard
from tilekeep.adapters.seeding.remote.celery_app import celery_app
from tilekeep.adapters.seeding.remote.chunk_queue import ChunkQueue
from tilekeep.adapters.seeding.remote.messages import Refused, answer_of, packed_order
from tilekeep.adapters.seeding.stopping import SharedStop
from tilekeep.domain.errors import ConfigurationError, SeedingBrokenOff
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart, StoredSample
from tilekeep.domain.seeding import ChunkJob, ChunkResult
from tilekeep.ports.seed_executor import OrderWork
from tilekeep.ports.stop import Stop

JOBS = [job(number) for number in range(12)]


@pytest.fixture
def crew(redis_server: RedisProcess) -> Iterator[Crew]:
    made = Crew(redis_server)
    yield made
    made.end()


def all_done(
    crew: Crew, jobs: list[ChunkJob] = JOBS, heard: Callable[[], None] = lambda: None
) -> dict[int, ChunkResult]:
    """What came of all chunks; each must be heard of once."""
    done: dict[int, ChunkResult] = {}

    def note(job: ChunkJob, result: ChunkResult) -> None:
        assert number_of(job) not in done
        done[number_of(job)] = result
        heard()

    executor = crew.coordinator(SharedStop())
    try:
        executor.run(iter(jobs), note)
    finally:
        executor.close()
    return done


def noting(place: Path, then: Callable[[int], None] = lambda _: None) -> OrderWork:
    """Work that leaves a file for each time that a chunk is begun."""

    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        number = number_of(job_of(order))
        (place / f"{number}-{time.monotonic_ns()}").touch()
        then(number)
        return ChunkPart(ChunkResult(made=number), len(order.units))

    return work


def begun(place: Path) -> list[int]:
    return sorted(int(path.name.partition("-")[0]) for path in place.iterdir())


def test_what_is_left_of_a_chunk_is_handed_out_anew(crew: Crew) -> None:
    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        if order.units[0].y == 0 and not order.attempts:
            return ChunkPart(ChunkResult(), 0, attempts=3, wait_seconds=0.1)
        return ChunkPart(ChunkResult(made=order.attempts + 1), 1)

    crew.worker(work)

    assert all_done(crew) == {number_of(job): ChunkResult(made=4 + 1) for job in JOBS}


def test_a_worker_whose_tiles_are_not_seen_ends_the_run_and_nothing_of_it_is_noted(crew: Crew) -> None:
    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        sample = StoredSample(order.units[0], 1000.0, "/there/5.png")
        return ChunkPart(ChunkResult(made=2), len(order.units), sample=sample)

    crew.worker(work)
    done: list[ChunkJob] = []
    executor = crew.coordinator(SharedStop(), look_for=lambda job, sample: "/here/5.png")

    with pytest.raises(SeedingBrokenOff, match=r"it has at '/there/5\.png' is not at '/here/5\.png'"):
        executor.run(iter(JOBS), lambda job, _: done.append(job))
    executor.close()

    assert done == []


def test_tiles_of_a_worker_may_be_on_their_way_for_a_moment(crew: Crew) -> None:
    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        return ChunkPart(ChunkResult(made=2), len(order.units), sample=StoredSample(order.units[0], 1000.0, "/there"))

    crew.worker(work)
    looks = iter(["/here"])
    done: list[int] = []
    executor = crew.coordinator(SharedStop(), look_for=lambda job, sample: next(looks, None))

    executor.run(iter(JOBS), lambda job, _: done.append(number_of(job)))
    executor.close()

    assert sorted(done) == [number_of(job) for job in JOBS]


def test_a_chunk_whose_process_is_killed_is_done_once_more(crew: Crew, tmp_path: Path) -> None:
    def die_once(number: int) -> None:
        if number == 5 and begun(tmp_path).count(5) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    crew.worker(noting(tmp_path, die_once))

    done = all_done(crew)

    assert sorted(done) == [number_of(job) for job in JOBS]
    assert begun(tmp_path).count(5) == 2


def test_a_chunk_that_kills_every_process_ends_the_run(crew: Crew, tmp_path: Path) -> None:
    def die(number: int) -> None:
        if number == 5:
            os.kill(os.getpid(), signal.SIGKILL)

    crew.worker(noting(tmp_path, die))

    with pytest.raises(SeedingBrokenOff, match="workers have died 5 times at chunk 5/0 of level 3"):
        all_done(crew)


def test_a_defect_ends_the_run_and_is_named(crew: Crew) -> None:
    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        raise ZeroDivisionError("at the pole")

    crew.worker(work)

    with pytest.raises(SeedingBrokenOff, match="at the pole"):
        all_done(crew)


def test_a_worker_that_cannot_do_such_a_thing_says_why(crew: Crew) -> None:
    def work(order: ChunkOrder, _: Stop) -> ChunkPart:
        raise ConfigurationError("the cache 'osm' does not exist")

    crew.worker(work)

    with pytest.raises(SeedingBrokenOff, match="the cache 'osm' does not exist"):
        all_done(crew)


def test_a_chunk_of_another_configuration_is_refused_with_both_digests(crew: Crew, tmp_path: Path) -> None:
    board = RunBoard(crew.clients.of(crew.broker.server), crew.broker, "run")
    queue = ChunkQueue(celery_app(crew.broker, longest_seconds=LONGEST_SECONDS))
    board.hand_out("run-1")
    queue.put("run-1", {"run": "run", "token": "run-1", "digest": "another", "order": packed_order(order_of(job(1)))})
    queue.close()

    crew.worker(noting(tmp_path))
    while not isinstance(mark := board.look().marks["run-1"], Answered):
        time.sleep(0.1)

    answer = answer_of(mark.text)
    assert isinstance(answer, Refused)
    assert "another" in answer.reason
    assert crew.broker.digest in answer.reason
    assert begun(tmp_path) == []


def test_what_a_dead_coordinator_has_left_in_the_queue_is_not_done(crew: Crew, tmp_path: Path) -> None:
    queue = ChunkQueue(celery_app(crew.broker, longest_seconds=LONGEST_SECONDS))
    for number in (77, 88):
        message = {"run": "dead", "token": f"dead-{number}", "digest": crew.broker.digest}
        queue.put(f"dead-{number}", {**message, "order": packed_order(order_of(job(number)))})
    queue.close()
    crew.worker(noting(tmp_path))

    done = all_done(crew)

    assert begun(tmp_path) == sorted(done) == [number_of(job) for job in JOBS]


def test_a_run_leaves_nothing_in_redis_but_its_workers(crew: Crew, tmp_path: Path, redis_server: RedisProcess) -> None:
    crew.worker(noting(tmp_path))

    all_done(crew)

    left = {key.decode().removeprefix(crew.broker.prefix) for key in redis_server.client.keys(f"{crew.broker.prefix}*")}
    # What is known of queues, the same for all runs, and of the last message, acknowledged after its answer.
    assert {name for name in left if not name.startswith("_kombu.")} <= {"unacked", "unacked_index", "unacked_mutex"}


def test_it_is_told_who_does_what(crew: Crew, tmp_path: Path) -> None:
    crew.worker(noting(tmp_path, lambda _: time.sleep(0.3)))

    all_done(crew, JOBS[:3])

    workers = [told[0] for told in crew.told if told]
    assert {(one.at_a_time, one.state) for one in workers} == {(1, "works")}
    assert [chunk.column for one in workers for chunk in one.under_way]
    assert max(one.done for one in workers) >= 2
    assert crew.told[-1] == ()


def test_when_redis_is_started_anew_and_has_forgotten_everything_the_run_goes_on(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with RedisProcess(tmp_path_factory.mktemp("forgetful")) as redis:
        crew = Crew(redis)
        crew.worker(noting(tmp_path, lambda _: time.sleep(0.1)))
        restarts = iter([redis])

        def restart_once() -> None:
            for server in restarts:
                server.kill()
                server.start()

        try:
            done = all_done(crew, heard=restart_once)
        finally:
            crew.end()

    assert sorted(done) == [number_of(job) for job in JOBS]
    assert len(begun(tmp_path)) - len(JOBS) <= 2, "what was handed out when Redis died"


def test_without_redis_a_run_does_not_begin(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with RedisProcess(tmp_path_factory.mktemp("gone")) as redis:
        crew = Crew(redis)

    with pytest.raises(SeedingBrokenOff, match="cannot be used"):
        all_done(crew)


def test_a_queue_that_is_gone_says_so_and_takes_chunks_when_it_is_back(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with RedisProcess(tmp_path_factory.mktemp("away")) as redis:
        crew = Crew(redis)
        queue = ChunkQueue(celery_app(crew.broker, longest_seconds=LONGEST_SECONDS))
        queue.put("one", {})

        redis.kill()
        with pytest.raises(RedisUnusable, match="does it run"):
            queue.put("two", {})
        redis.start()
        queue.put("three", {})

        assert redis.client.llen(crew.broker.queue_key) == 1
        queue.close()


def test_a_run_of_which_nothing_is_left_waits_for_nobody(crew: Crew) -> None:
    assert all_done(crew, []) == {}

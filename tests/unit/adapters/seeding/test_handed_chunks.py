"""When a chunk that a worker elsewhere has, or should have, is handed out once more."""

from __future__ import annotations

import pytest

from tilekeep.adapters.seeding.remote.board import Answered, Begun, Card, Look
from tilekeep.adapters.seeding.remote.handed import Handed
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart
from tilekeep.domain.seed_plan import PlannedChunk, Position, SeedChunk
from tilekeep.domain.seeding import ChunkJob, ChunkResult, TaskName
from tilekeep.domain.tile import TileCoord

JOB = ChunkJob(0, PlannedChunk(Position(0, 0), SeedChunk(3, 0, 0, inside=True), 0))
UNITS = (TileCoord(3, 0, 0), TileCoord(3, 1, 0))
NAME = TaskName("seed", "all", "osm", "G", (3,))
LONGEST = 200.0
NOW = 1_000.0


def handed() -> Handed:
    return Handed(JOB, ChunkOrder(NAME, UNITS), token="run-1")


def look(
    mark: Begun | Answered | None, seen_at: float | None = NOW, queued: int = 0, now: float = NOW, *, known: bool = True
) -> Look:
    workers = {} if seen_at is None else {"w": Card("digest", 2, leaves=False, seen_at=seen_at)}
    return Look(now, {"run-1": mark} if known else {}, workers, queued)


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(look(Begun(NOW - 100.0, "w", 1)), id="its worker is there"),
        pytest.param(look(Begun(NOW - 5.0, "w", 1), seen_at=None), id="begun before its worker was heard of"),
        pytest.param(look(Begun(NOW - 100.0, "w", 1), seen_at=NOW - 9.0), id="its worker was there a moment ago"),
        pytest.param(look(Answered("w", "[]"), seen_at=None), id="it has been answered"),
        pytest.param(look(None), id="nobody has had time to begin it"),
    ],
)
def test_a_chunk_in_good_hands_stays_there(seen: Look) -> None:
    assert handed().again(seen, LONGEST) is None


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(look(Begun(NOW - 100.0, "w", 1), seen_at=NOW - 11.0), id="not heard of any more"),
        pytest.param(look(Begun(NOW - 11.0, "w", 1), seen_at=None), id="never heard of"),
        pytest.param(look(Begun(NOW - 201.0, "w", 1)), id="busy with it for too long"),
    ],
)
def test_a_chunk_whose_worker_is_lost_may_be_why(seen: Look) -> None:
    again = handed().again(seen, LONGEST)

    assert again is not None
    assert again.is_death
    assert "worker w" in again.reason


def test_a_chunk_that_redis_has_forgotten_is_nobodys_fault() -> None:
    again = handed().again(look(None, known=False), LONGEST)

    assert again is not None
    assert not again.is_death


def test_a_chunk_that_is_neither_begun_nor_queued_was_lost_on_the_way() -> None:
    one = handed()

    seen = [one.again(look(None, now=NOW + seconds), LONGEST) for seconds in (0.0, 9.0, 10.0)]

    assert [again is None for again in seen] == [True, True, False]


def test_a_chunk_waits_as_long_as_others_are_queued_but_not_for_ever() -> None:
    one = handed()

    seen = [one.again(look(None, now=NOW + seconds, queued=3), LONGEST) for seconds in (0.0, 500.0, 600.0)]

    assert [again is None for again in seen] == [True, True, False]


def test_parts_add_up_until_nothing_is_left() -> None:
    one = handed()

    more = one.goes_on(ChunkPart(ChunkResult(made=1), 1, attempts=2, wait_seconds=8.0), now=50.0)
    left, due, token = one.order, one.due, one.token
    end = one.goes_on(ChunkPart(ChunkResult(made=1, kept=3), 1), now=60.0)

    assert (more, left.units, left.attempts, due, token) == (True, UNITS[1:], 2, 58.0, None)
    assert (end, one.result) == (False, ChunkResult(made=2, kept=3))

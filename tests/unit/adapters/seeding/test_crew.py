"""What a coordinator makes of the workers that it sees."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from tilekeep.adapters.seeding.remote.board import Begun, Card, Look
from tilekeep.adapters.seeding.remote.crew import Crew
from tilekeep.adapters.seeding.remote.handed import Handed
from tilekeep.domain.seed_orders import ChunkOrder
from tilekeep.domain.seed_plan import PlannedChunk, Position, SeedChunk
from tilekeep.domain.seeding import ChunkJob, SeedWorker, TaskName

CHUNK = SeedChunk(3, 4, 5, inside=True)
HANDED = Handed(
    ChunkJob(0, PlannedChunk(Position(0, 0), CHUNK, 0)),
    ChunkOrder(TaskName("seed", "a", "b", "c", (3,)), ()),
    token="t",
)
NOW = 1000.0


@pytest.fixture
def told() -> list[Sequence[SeedWorker]]:
    return []


@pytest.fixture
def crew(told: list[Sequence[SeedWorker]]) -> Crew:
    return Crew("ours", "Redis here", told.append)


def look(now: float = NOW, mark: Begun | None = None, **workers: Card) -> Look:
    return Look(now, {"t": mark}, workers, 0)


def card(at_a_time: int = 2, digest: str = "ours", seen_at: float = NOW, *, leaves: bool = False) -> Card:
    return Card(digest, at_a_time, leaves, seen_at)


def test_only_those_count_that_are_there_stay_and_have_the_same_configuration(crew: Crew) -> None:
    seen = look(a=card(2), b=card(3), c=card(9, leaves=True), d=card(9, "theirs"), e=card(9, seen_at=NOW - 60.0))

    assert crew.places(seen) == 5


def test_workers_are_told_of_when_anything_has_changed(crew: Crew, told: list[Sequence[SeedWorker]]) -> None:
    crew.tell(look(a=card()), [HANDED])
    crew.tell(look(a=card(seen_at=NOW + 1.0)), [HANDED])
    crew.tell(look(a=card(), mark=Begun(NOW, "a", 1)), [HANDED])
    crew.has_done("a")
    crew.tell(look(a=card(leaves=True)), [])
    crew.dismiss()

    assert told == [
        (SeedWorker("a", 2, "works", (), 0),),
        (SeedWorker("a", 2, "works", (CHUNK,), 0),),
        (SeedWorker("a", 2, "leaves", (), 1),),
        (),
    ]


def test_a_lost_worker_is_shown_until_it_is_back(crew: Crew, told: list[Sequence[SeedWorker]]) -> None:
    crew.tell(look(a=card(4)), [])
    crew.is_lost("a")
    crew.tell(look(now=NOW + 20.0, a=card(4)), [])
    crew.tell(look(now=NOW + 30.0, a=card(4, seen_at=NOW + 30.0)), [])

    assert [workers[0].state for workers in told] == ["works", "lost", "works"]


def test_a_stranger_is_warned_of_once_with_both_digests(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tilekeep.seed"):
        crew.tell(look(a=card(), x=card(1, "theirs")), [])
        crew.tell(look(a=card(), x=card(1, "theirs")), [])

    (said,) = caplog.messages
    assert "worker x has the configuration theirs, and this run ours" in said


def test_it_is_said_now_and_then_that_nobody_is_there(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tilekeep.seed"):
        for seconds in (0.0, 1.0, 59.0, 61.0):
            crew.tell(look(now=NOW + seconds), [])

    assert [said for said in caplog.messages if "no worker with the configuration ours" in said] == caplog.messages
    assert len(caplog.messages) == 2


def test_workers_that_ended_long_ago_are_forgotten(crew: Crew) -> None:
    seen = look(a=card(), b=card(seen_at=NOW - 90_000.0), c=card(1, "theirs", seen_at=NOW - 90_000.0))

    assert crew.long_gone(seen) == ["b", "c"]

"""Chunks that are done in parts: each takes no longer than it may, and the next goes on where it ended."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen, queries_of
from tests.unit.application.test_seeding import META, FakeStop, task_for, work_of
from tilekeep.domain.errors import SourceContentError, SourceUnreachable
from tilekeep.domain.patience import Patience
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart
from tilekeep.domain.seeding import ChunkResult, FailedUnit
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.seed_executor import Stopped

UNITS = (TileCoord(2, 0, 0), TileCoord(2, 2, 0), TileCoord(2, 0, 2), TileCoord(2, 2, 2))
LONG = 1000.0


def test_with_time_enough_all_is_done_at_once() -> None:
    kitchen = Kitchen(FakeMapSource(META))

    part = work_of(kitchen).part(task_for(kitchen), UNITS, 0, LONG)

    assert part == ChunkPart(ChunkResult(made=16), units=4)


def test_when_the_time_is_over_the_rest_is_left_but_one_unit_is_made_in_any_case() -> None:
    source = FakeMapSource(META)
    kitchen = Kitchen(source)

    part = work_of(kitchen).part(task_for(kitchen), UNITS, 0, 0.0)

    assert part == ChunkPart(ChunkResult(made=4), units=1)
    assert queries_of(source) == 1


def test_a_source_is_waited_for_only_as_long_as_there_is_time() -> None:
    kitchen = Kitchen(FakeMapSource(META, SourceUnreachable("down")))
    stop = FakeStop(kitchen.clock)

    part = work_of(kitchen, Patience(), stop).part(task_for(kitchen), UNITS, 0, 20.0)

    assert sum(stop.waited) <= 20.0
    assert part == ChunkPart(ChunkResult(made=4), units=1, attempts=len(stop.waited) + 1, wait_seconds=16.0)


def test_vain_attempts_of_earlier_parts_count() -> None:
    kitchen = Kitchen(FakeMapSource(SourceUnreachable("down"), META))
    patience = Patience(attempts=7)

    part = work_of(kitchen, patience).part(task_for(kitchen), UNITS, 6, LONG)

    assert part == ChunkPart(ChunkResult(made=12, failed=(FailedUnit(UNITS[0], "down"),)), units=4)


def test_they_count_for_the_first_unit_alone() -> None:
    kitchen = Kitchen(FakeMapSource(META, SourceUnreachable("down"), META))
    patience = Patience(attempts=7)

    part = work_of(kitchen, patience).part(task_for(kitchen), UNITS, 6, LONG)

    assert part.result == ChunkResult(made=16)


def test_what_a_source_refuses_is_settled_and_the_next_unit_is_made() -> None:
    kitchen = Kitchen(FakeMapSource(SourceContentError("no image"), META))

    part = work_of(kitchen).part(task_for(kitchen), UNITS, 0, LONG)

    assert (part.units, part.result.made, len(part.result.failed)) == (4, 12, 1)


def test_a_stop_ends_a_part() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    stop = FakeStop(kitchen.clock)
    stop.requested = True

    with pytest.raises(Stopped):
        work_of(kitchen, stop=stop).part(task_for(kitchen), UNITS, 0, LONG)


def test_what_is_left_of_an_order_begins_after_the_part() -> None:
    order = ChunkOrder(task_for(Kitchen(FakeMapSource(META))).name, UNITS, stale_before=5.0)

    left = order.after(ChunkPart(ChunkResult(), units=3, attempts=2))

    assert left == order._replace(units=UNITS[3:], attempts=2)

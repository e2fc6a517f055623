"""What came of many chunks takes the same room as what came of a few."""

from __future__ import annotations

from tilekeep.domain.seeding import MOST_REMEMBERED, ChunkResult, FailedUnit, Tally
from tilekeep.domain.tile import TileCoord

FAILURES = tuple(FailedUnit(TileCoord(9, x, 0), "500") for x in range(7))


def test_all_failures_are_counted_and_the_first_of_them_remembered() -> None:
    tally = Tally()

    for _ in range(1000):
        tally = tally.with_chunk(ChunkResult(made=1, renewed=2, kept=3, empty=4, failed=FAILURES))

    assert tally[:5] == (1000, 2000, 3000, 4000, 7000)
    assert tally.looked_at == 10_000
    assert tally.some_failed == (FAILURES * 3)[:MOST_REMEMBERED]


def test_tallies_of_tasks_add_up() -> None:
    one = Tally(made=1, failed=7, some_failed=FAILURES)

    total = one.plus(Tally(kept=2, failed=40, some_failed=FAILURES * 2))

    assert total == Tally(made=1, kept=2, failed=47, some_failed=(FAILURES * 3)[:MOST_REMEMBERED])

"""A store with a quota has what is missed least removed, beside the requests."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.fakes.background import FakeBackground
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.accounted_store import AccountedStore
from tilekeep.application.evict_tiles import EvictTiles
from tilekeep.application.limited_store import LimitedStore
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.remove_cells import RemoveCells
from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.domain.eviction import Quota
from tilekeep.domain.ledger import CELL_SIDE, Cell
from tilekeep.domain.tile import NewTile, TileCoord, TileKey

BODY = b"\x89PNG\r\n\x1a\n".ljust(100, b".")
IN_TIME = (("time", "1"),)


class Kitchen(NamedTuple):
    store: FakeTileStore
    limited: LimitedStore
    uses: SampledUses
    ledger: FakeLedger
    background: FakeBackground
    locks: FakeTileLock
    clock: FakeClock

    def fill(self, *numbers: int, z: int = 9) -> None:
        """Stores a tile in each of the cells with these numbers."""
        batch = [NewTile(key(number, z), BODY, "image/png") for number in numbers]
        self.limited.write(batch, self.clock.now())

    def held(self) -> list[int]:
        """The numbers of the cells with tiles."""
        return sorted(each.coord.x // CELL_SIDE for each in self.store.tiles)


def key(number: int, z: int = 9) -> TileKey:
    return TileKey(TileCoord(z, number * CELL_SIDE, 3))


def kitchen(
    quota: int = 1000, most_tiles: int = 1000, jobs: OneAtATime | None = None, *, lists_windows: bool = True
) -> Kitchen:
    store, ledger, clock = FakeTileStore(), FakeLedger(), FakeClock()
    background, locks = FakeBackground(), FakeTileLock()
    uses = SampledUses(ledger, background, clock)
    accounted = AccountedStore(store, ledger)
    evict = EvictTiles(
        name="basemap in the grid mercator",
        remove=RemoveCells(accounted, lists_windows=lists_windows),
        ledger=ledger,
        settle=SettleLedger(ledger, store, 12, clock, lists_windows=lists_windows),
        uses=uses,
        locks=locks,
        quota=Quota(quota),
        clock=clock,
        most_tiles=most_tiles,
    )
    limited = LimitedStore(accounted, evict=evict, uses=uses, jobs=jobs or OneAtATime(background), step=quota // 10)
    return Kitchen(store, limited, uses, ledger, background, locks, clock)


def test_nothing_is_removed_while_there_is_room() -> None:
    kit = kitchen()

    kit.fill(*range(10))
    kit.background.run()

    assert kit.held() == list(range(10))


def test_what_is_too_much_goes_in_the_background_the_oldest_first() -> None:
    kit = kitchen()
    for number in range(11):
        kit.fill(number)
        kit.clock.advance(60)
    assert kit.held() == list(range(11))

    kit.background.run()

    assert kit.held() == list(range(2, 11))
    assert kit.ledger.account().unsettled == 2


def test_tiles_that_were_read_stay_longer() -> None:
    kit = kitchen()
    kit.fill(*range(11))
    kit.clock.advance(60)
    assert kit.limited.read(key(0)) is not None
    assert len(kit.limited.read_many([key(1), key(2), key(77)])) == 2

    kit.background.run()

    assert kit.held() == [0, 1, 2, *range(5, 11)]


def test_a_cell_goes_with_all_its_dimensions() -> None:
    kit = kitchen(quota=99)
    kit.limited.write([NewTile(key(0)._replace(dimensions=each), BODY, "image/png") for each in ((), IN_TIME)], 1.0)

    kit.background.run()

    assert kit.store.tiles == {}


@pytest.mark.parametrize("lists_windows", [True, False])
def test_of_the_last_cell_only_the_oldest_tiles_go(lists_windows: bool) -> None:
    kit = kitchen(lists_windows=lists_windows)
    for row in range(11):
        tile = NewTile(TileKey(TileCoord(9, 0, row)), BODY, "image/png")
        kit.limited.write([tile], kit.clock.now())
        kit.clock.advance(1)

    kit.background.run()

    assert sorted(each.coord.y for each in kit.store.tiles) == list(range(2, 11))


def test_a_job_removes_so_many_tiles_and_the_next_write_has_it_go_on() -> None:
    kit = kitchen(most_tiles=20)
    kit.fill(*range(10))
    kit.background.run()
    kit.fill(*range(10, 25))
    kit.fill(*range(25, 40))
    kit.background.run()
    kit.fill(40)
    kit.background.run()
    assert len(kit.held()) == 21

    kit.fill(50)
    kit.background.run()

    assert len(kit.held()) == 9


def test_a_process_looks_again_when_it_has_stored_enough() -> None:
    kit = kitchen(quota=10_000)
    kit.fill(0)
    kit.background.run()

    kit.fill(*range(1, 9))
    assert not kit.background.jobs

    kit.fill(10, 11)
    assert len(kit.background.jobs) == 1


def test_while_another_process_evicts_nothing_is_removed() -> None:
    kit = kitchen(quota=100)
    kit.fill(*range(5))
    kit.locks.held.add("evicting.lck")

    kit.background.run()

    assert kit.held() == list(range(5))


def test_a_store_that_cannot_be_listed_is_left_alone_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    kit = kitchen(quota=100)
    kit.fill(*range(5))
    kit.store.failure = "the disk is gone"

    kit.background.run()

    assert "the disk is gone" in caplog.text
    assert len(kit.store.tiles) == 5


def filled_before(count: int, quota: int = 1000, most_tiles: int = 50) -> Kitchen:
    """A cache that another program has filled."""
    kit = kitchen(quota, most_tiles)
    for number in range(count):
        kit.store.put(key(number), BODY, kit.clock.now())
    return kit


def test_the_first_count_of_a_large_cache_is_left_to_people(caplog: pytest.LogCaptureFixture) -> None:
    kit = filled_before(1000)
    kit.store.listed.clear()

    for number in range(3):
        kit.fill(2000 + number)
        kit.background.run()
        kit.clock.advance(601)

    assert len(kit.held()) == 1003
    assert len(kit.store.listed) <= 3 * 51
    assert not kit.ledger.account().complete
    (message,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "basemap in the grid mercator" in message
    assert "run 'tilekeep caches'" in message


def test_a_large_cache_that_waits_to_be_counted_is_not_listed_again_and_again() -> None:
    kit = filled_before(1000)
    kit.fill(2000)
    kit.background.run()
    kit.store.listed.clear()

    for number in range(100):
        kit.fill(3000 + number)
        kit.background.run()

    assert kit.store.listed == []


def test_the_quota_begins_when_somebody_has_counted(caplog: pytest.LogCaptureFixture) -> None:
    kit = filled_before(1000, quota=100_000)
    kit.fill(2000)
    kit.background.run()
    SettleLedger(kit.ledger, kit.store, 12, kit.clock)()
    kit.clock.advance(601)
    caplog.clear()

    for number in range(200):
        kit.fill(3000 + number)
        kit.background.run()

    assert len(kit.held()) <= 1100
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_a_small_cache_of_another_program_is_counted_in_passing() -> None:
    kit = filled_before(40)

    kit.fill(2000)
    kit.background.run()

    assert kit.ledger.account().complete
    assert len(kit.held()) == 9


def test_many_changes_are_counted_in_passing_some_at_a_time() -> None:
    kit = kitchen(quota=50_000, most_tiles=50)
    kit.fill(0)
    kit.background.run()
    kit.fill(*range(1, 600))
    most = 0

    for number in range(20):
        kit.store.listed.clear()
        kit.background.run()
        most = max(most, len(kit.store.listed))
        kit.fill(1000 + number)
    kit.background.run()

    assert most <= 2 * (50 + 8)
    assert len(kit.held()) <= 500


def test_what_is_removed_by_level_is_counted_by_whoever_removes_it(caplog: pytest.LogCaptureFixture) -> None:
    kit = kitchen(quota=10_000)
    kit.fill(*range(80))
    kit.background.run()
    kit.fill(200, z=10)

    kit.limited.remove_level(9, older_than=kit.clock.now() - 1)

    assert kit.ledger.account().unsettled == 0
    kit.fill(*range(100, 140))
    kit.background.run()
    assert len(kit.held()) < 121
    assert not caplog.records


def test_one_cache_of_a_process_is_reduced_at_a_time() -> None:
    background = FakeBackground()
    jobs = OneAtATime(background)
    first, second = kitchen(jobs=jobs), kitchen(jobs=jobs)
    for kit in (first, second):
        kit.fill(*range(11))

    assert len(background.jobs) == 1
    background.run()

    assert [len(kit.held()) for kit in (first, second)] == [9, 9]


@pytest.mark.parametrize("lists_windows", [True, False])
def test_what_goes_is_the_same_whether_areas_or_levels_are_listed(lists_windows: bool) -> None:
    kit = kitchen(quota=600, lists_windows=lists_windows)
    for number in range(8):
        kit.fill(number, z=8 + number % 3)
        kit.clock.advance(60)
    kit.limited.write([NewTile(TileKey(TileCoord(10, 0, row)), BODY, "image/png") for row in range(6)], 5.0)

    kit.background.run()

    assert {(each.coord.z, each.coord.x // CELL_SIDE) for each in kit.store.tiles} == {
        (8, 0),
        (8, 3),
        (9, 4),
        (8, 6),
        (9, 7),
    }


def test_where_areas_cannot_be_listed_each_level_is_listed_once() -> None:
    kit = kitchen(quota=50_000, most_tiles=10, lists_windows=False)
    kit.fill(0)
    kit.background.run()
    kit.fill(*range(1, 900))
    kit.fill(*range(900), z=10)
    kit.store.listings.clear()

    kit.background.run()

    assert len(kit.store.tiles) == 450
    assert kit.store.listings == [(10, None), (9, None), (9, None), (10, None)]


def test_a_full_disk_has_a_tenth_removed_whatever_the_quota() -> None:
    kit = kitchen(quota=10**9)
    kit.fill(*range(20))
    kit.background.run()

    kit.limited.reduce(disk_is_full=True)
    kit.background.run()

    assert len(kit.held()) == 18


def test_uses_are_written_now_and_then_and_beside_the_requests() -> None:
    kit = kitchen()
    kit.fill(0)
    kit.background.run()
    kit.clock.advance(599)
    for _ in range(2000):
        kit.limited.read(key(0))
    assert not kit.background.jobs

    kit.clock.advance(1)
    for _ in range(1000):
        kit.limited.read(key(0))
    assert kit.ledger.used == {}
    kit.background.run()

    assert kit.ledger.used == {Cell.of(key(0)): kit.clock.now()}

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


def kitchen(quota: int = 1000, most_tiles: int = 1000) -> Kitchen:
    store, ledger, clock = FakeTileStore(), FakeLedger(), FakeClock()
    background, locks = FakeBackground(), FakeTileLock()
    uses = SampledUses(ledger, background, clock)
    accounted = AccountedStore(store, ledger)
    evict = EvictTiles(
        store=accounted,
        ledger=ledger,
        settle=SettleLedger(ledger, store, 12, clock),
        uses=uses,
        locks=locks,
        quota=Quota(quota),
        clock=clock,
        most_tiles=most_tiles,
    )
    limited = LimitedStore(accounted, evict=evict, uses=uses, runner=background, step=quota // 10)
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


def test_of_the_last_cell_only_the_oldest_tiles_go() -> None:
    kit = kitchen()
    for row in range(11):
        tile = NewTile(TileKey(TileCoord(9, 0, row)), BODY, "image/png")
        kit.limited.write([tile], kit.clock.now())
        kit.clock.advance(1)

    kit.background.run()

    assert sorted(each.coord.y for each in kit.store.tiles) == list(range(2, 11))


def test_a_job_removes_so_many_tiles_and_the_next_write_has_it_go_on() -> None:
    kit = kitchen(quota=500, most_tiles=2)
    kit.fill(*range(11))
    kit.background.run()
    assert len(kit.held()) == 9

    kit.fill(20)
    kit.background.run()

    assert len(kit.held()) == 8


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

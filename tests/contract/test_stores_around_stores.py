"""Stores around stores keep what tile stores promise."""

from __future__ import annotations

from tests.contract.test_fake_tile_store import Medium
from tests.contract.test_fake_tile_store import TestFakeTileStore as _FakeTileStoreSuite
from tests.fakes.background import FakeBackground
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.accounted_store import AccountedStore
from tilekeep.application.evict_tiles import EvictTiles
from tilekeep.application.floored_store import FlooredStore
from tilekeep.application.limited_store import LimitedStore
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.remove_cells import RemoveCells
from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.domain.eviction import Quota
from tilekeep.ports.free_room import Room
from tilekeep.ports.tile_store import TileStore


class TestAccountedStore(_FakeTileStoreSuite):
    def make_store(self, medium: Medium) -> TileStore:  # type: ignore[override]
        return AccountedStore(FakeTileStore(medium), FakeLedger())


class TestLimitedStore(_FakeTileStoreSuite):
    """With a quota that is never reached."""

    def make_store(self, medium: Medium) -> TileStore:  # type: ignore[override]
        ledger, clock, background = FakeLedger(), FakeClock(), FakeBackground(at_once=True)
        store = AccountedStore(FakeTileStore(medium), ledger)
        uses = SampledUses(ledger, background, clock)
        evict = EvictTiles(
            name="basemap in the grid mercator",
            remove=RemoveCells(store),
            ledger=ledger,
            settle=SettleLedger(ledger, store, 30, clock),
            uses=uses,
            locks=FakeTileLock(),
            quota=Quota(10**12),
            clock=clock,
        )
        return LimitedStore(store, evict=evict, uses=uses, jobs=OneAtATime(background), step=1)


class TestFlooredStore(_FakeTileStoreSuite):
    """With room enough."""

    def make_store(self, medium: Medium) -> TileStore:  # type: ignore[override]
        return FlooredStore(FakeTileStore(medium), "memory", _Endless(), Room(10, 10), FakeClock(), None)


class _Endless:
    def free(self) -> Room:
        return Room(10**15, 10**9)

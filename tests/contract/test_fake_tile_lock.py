"""The fake tile lock keeps what real ones promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.tile_lock_suite import TileLockSuite
from tests.fakes.tile_lock import FakeTileLock
from tilekeep.adapters.clock import SystemClock


class TestFakeTileLock(TileLockSuite):
    def make_lock(self, folder: Path) -> FakeTileLock:
        return FakeTileLock(SystemClock())

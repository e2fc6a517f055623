"""The file tile lock keeps what tile locks promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.shared_tile_lock_suite import SharedTileLockSuite
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock


class TestFileTileLock(SharedTileLockSuite):
    def make_lock(self, folder: Path) -> FileTileLock:
        return FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0)

"""Removing tiles of a cache that holds too much, as a job beside the requests."""

from __future__ import annotations

import logging

from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.settle_ledger import SettleLedger, window_of
from tilekeep.domain.errors import LockTimeout, StoreError
from tilekeep.domain.eviction import Quota, cells_to_evict
from tilekeep.domain.ledger import Amount, Cell, CellBlock
from tilekeep.domain.tile import TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import Ledger
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore

log = logging.getLogger("tilekeep.cache.quota")

_TILES_AT_ONCE = 256
_LOCK = "evicting.lck"


class EvictTiles:
    """Reduces one store to its quota, in one process at a time and some tiles at a time.

    Args:
        store: notes in ``ledger`` where it changes.
        ledger: what the store holds.
        settle: brings ``ledger`` up to date.
        uses: when tiles were used.
        locks: shared with all who evict from this store.
        quota: what it may hold.
        clock: the current time.
        most_tiles: that one call removes, so that other jobs get their turn.
    """

    def __init__(
        self,
        *,
        store: TileStore,
        ledger: Ledger,
        settle: SettleLedger,
        uses: SampledUses,
        locks: TileLock,
        quota: Quota,
        clock: Clock,
        most_tiles: int = 20_000,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._settle = settle
        self._uses = uses
        self._locks = locks
        self._quota = quota
        self._clock = clock
        self._most_tiles = most_tiles

    def __call__(self, *, disk_is_full: bool) -> bool:
        """Removes tiles if there are too many; whether more of them have to go.  Failures are logged.

        ``disk_is_full`` has some removed in any case.
        """
        try:
            with self._locks.try_hold(_LOCK) as held:
                return held and self._reduced(disk_is_full=disk_is_full)
        except (StoreError, LockTimeout) as error:
            log.warning("a cache could not be reduced to its quota: %s", error)
            return False

    def _reduced(self, *, disk_is_full: bool) -> bool:
        self._uses.flush()
        account = self._settle()
        excess = self._quota.excess(account.total, disk_is_full=disk_is_full)
        if not excess:
            return False
        cells = [entry for z in account.levels for entry in self._ledger.cells(z)]
        going = cells_to_evict(cells, self._uses.known(), self._clock.now(), excess)
        removed = Amount()
        while going and removed.tiles < self._most_tiles:
            removed = removed.plus(*self._thinned(going.pop(0), excess - removed.size))
        log.info("%d tiles with %d bytes have been removed, as there were too many", *removed)
        return bool(going)

    def _thinned(self, cell: Cell, excess: int) -> Amount:
        """Removes tiles of a cell, of every dimension and the oldest first, until ``excess`` bytes are reached."""
        found = sorted(self._store.list(cell.z, window_of(CellBlock.around(cell))), key=lambda each: each[1].stored_at)
        going: list[TileKey] = []
        size = 0
        for key, info in found:
            if size >= excess:
                break
            going.append(key)
            size += info.size
        for start in range(0, len(going), _TILES_AT_ONCE):
            self._store.remove(going[start : start + _TILES_AT_ONCE])
        return Amount(len(going), size)

"""Removing tiles of a cache that holds too much, as a job beside the requests."""

from __future__ import annotations

import logging
import math

from tilekeep.application.remove_cells import RemoveCells
from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.domain.errors import LockTimeout, StoreError, TooMuchToCount
from tilekeep.domain.eviction import Quota, cells_to_evict
from tilekeep.domain.ledger import Account
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import Ledger
from tilekeep.ports.tile_lock import TileLock

log = logging.getLogger("tilekeep.cache.quota")

_LOCK = "evicting.lck"

#: How long a cache is left alone in which there is too much to count.
_SECONDS_WITHOUT_ACCOUNT = 600.0


class EvictTiles:
    """Reduces one store to its quota, in one process at a time and some tiles at a time.

    What is to be counted first is counted in passing, some tiles at a time.  A cache that has never been counted and
    holds many tiles has to be counted by ``tilekeep caches`` before its quota begins: that would take a server hours.

    Args:
        name: of the cache, for the log.
        remove: removes tiles of the store, which notes in ``ledger`` where it changes.
        ledger: what the store holds.
        settle: brings ``ledger`` up to date.
        uses: when tiles were used.
        locks: shared with all who evict from this store.
        quota: what it may hold.
        clock: the current time.
        most_tiles: that one call counts, and removes, so that other jobs get their turn.
    """

    def __init__(
        self,
        *,
        name: str,
        remove: RemoveCells,
        ledger: Ledger,
        settle: SettleLedger,
        uses: SampledUses,
        locks: TileLock,
        quota: Quota,
        clock: Clock,
        most_tiles: int = 20_000,
    ) -> None:
        self._name = name
        self._remove = remove
        self._ledger = ledger
        self._settle = settle
        self._uses = uses
        self._locks = locks
        self._quota = quota
        self._clock = clock
        self._most_tiles = most_tiles
        self._left_alone_until = -math.inf
        self._has_told = False

    def __call__(self, *, disk_is_full: bool) -> bool:
        """Removes tiles if there are too many; whether there is more to do.  Failures are logged.

        ``disk_is_full`` has some removed in any case.
        """
        if self._clock.monotonic() < self._left_alone_until:
            return False
        try:
            with self._locks.try_hold(_LOCK) as held:
                return held and self._reduced(disk_is_full=disk_is_full)
        except TooMuchToCount:
            self._leave_alone()
        except (StoreError, LockTimeout) as error:
            log.warning("the cache %s could not be reduced to its quota: %s", self._name, error)
        return False

    def count(self) -> None:
        """Has all changes counted now, by somebody who is in no hurry.  Failures are logged."""
        try:
            if self._ledger.account().complete:
                self._settle()
        except (StoreError, LockTimeout) as error:
            log.warning("the tiles of the cache %s could not be counted: %s", self._name, error)

    def _leave_alone(self) -> None:
        """For some time, after which somebody may have counted."""
        self._left_alone_until = self._clock.monotonic() + _SECONDS_WITHOUT_ACCOUNT
        if not self._has_told:
            self._has_told = True
            log.warning(
                "the quota of the cache %s does not apply yet: there are more tiles than a server counts beside its"
                " requests; run 'tilekeep caches' once",
                self._name,
            )

    def _reduced(self, *, disk_is_full: bool) -> bool:
        self._uses.flush()
        account = self._settle.some(self._most_tiles)
        if account is None:
            return True
        self._has_told = False
        return self._reduced_from(account, disk_is_full=disk_is_full)

    def _reduced_from(self, account: Account, *, disk_is_full: bool) -> bool:
        excess = self._quota.excess(account.total, disk_is_full=disk_is_full)
        if not excess:
            return False
        cells = [entry for z in account.levels for entry in self._ledger.cells(z)]
        going = cells_to_evict(cells, self._uses.known(), self._clock.now(), excess)
        removed, more = self._remove(going, excess, self._most_tiles)
        log.info("%d tiles with %d bytes are removed from %s, which held too many", *removed, self._name)
        return more

"""What looks after what the stores of caches hold: their accounts, quotas, and the room on their disks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from tilekeep.application.accounted_store import AccountedStore
from tilekeep.application.evict_tiles import EvictTiles
from tilekeep.application.floored_store import FlooredStore
from tilekeep.application.limited_store import LimitedStore
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.remove_cells import RemoveCells
from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage
from tilekeep.config.mapproxy.meaning_storage import BundleStorage, FileStorage
from tilekeep.domain.eviction import Quota
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.free_room import FreeRoom, Room
from tilekeep.ports.ledger import CountedSquares, Ledger, Uses
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore

#: How long somebody else's counting is waited for.
_SETTLING_SECONDS = 600.0

#: How often a process looks at what a cache holds while it stores as much as the quota permits.
_LOOKS = 100

#: Stores whose place is a path of this machine.
ON_A_DISK = FileStorage | BundleStorage | SqliteStorage

_ZERO = TileKey(TileCoord(0, 0, 0))


class LedgerLocks(NamedTuple):
    """Where a ledger lies, and the locks there."""

    directory: str
    locks: TileLock


class KeptLedger(Ledger, Uses, CountedSquares, Protocol):
    """A ledger that also knows when tiles were used, and what is in larger areas."""


class KeptStore(NamedTuple):
    """A store as its users have it.

    :ivar settle: brings the account of what it holds up to date; None where none is kept.
    :ivar ledger: the account.
    """

    store: TileStore
    settle: SettleLedger | None
    ledger: KeptLedger | None = None


class StoreKeeping:
    """Wraps stores in what looks after them.

    Args:
        make_ledger: makes the ledger in a directory.
        new_lock: makes the locks of a directory.
        make_room: looks at the disk of a path.
        background: writes down beside the requests what was used.
        evictions: evict beside the requests.
        clock: the current time.
        options: where ledgers lie, and what is to be left free of disks.
    """

    def __init__(
        self,
        make_ledger: Callable[..., KeptLedger],
        new_lock: Callable[[LockDirectory], TileLock],
        make_room: Callable[[str], FreeRoom],
        background: BackgroundRunner,
        evictions: OneAtATime,
        clock: Clock,
        options: EffectiveGlobals,
    ) -> None:
        self._make_ledger = make_ledger
        self._new_lock = new_lock
        self._make_room = make_room
        self._background = background
        self._evictions = evictions
        self._clock = clock
        self._options = options
        self._floor = Room(options.min_free_bytes, options.min_free_inodes)

    def kept(self, wanted: WantedStore, store: TileStore) -> KeptStore:
        """``store`` with what the options of its cache ask for around it."""
        kept, settle, ledger, reduce = store, None, None, None
        if wanted.cache.ledger:
            locks = self._locks(wanted, store)
            ledger = self._ledger(wanted, locks)
            windows = _lists_windows(wanted)
            settle = SettleLedger(ledger, store, wanted.grid.levels, self._clock, lists_windows=windows)
            kept = AccountedStore(store, ledger)
            if wanted.cache.quota_bytes is not None:
                kept = limited = self._limited(wanted, kept, ledger, settle, locks.locks)
                # Databases and bundles keep the room of removed tiles for new ones.
                if isinstance(wanted.cache.storage, FileStorage):
                    reduce = partial(limited.reduce, disk_is_full=True)
        if any(self._floor) and isinstance(wanted.cache.storage, ON_A_DISK):
            kept = FlooredStore(kept, wanted.place, self._make_room(wanted.place), self._floor, self._clock, reduce)
        return KeptStore(kept, settle, ledger)

    def _locks(self, wanted: WantedStore, store: TileStore) -> LedgerLocks:
        """One ledger for each place of tiles, under whatever names caches share it."""
        place = f"{store.locate(_ZERO)}\0{wanted.tile_set.format}"
        digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()
        directory = f"{self._options.ledger_dir}/{digest[:24]}"
        modes = self._options.directory_permissions, self._options.file_permissions
        return LedgerLocks(directory, self._new_lock(LockDirectory(directory, *modes, _SETTLING_SECONDS)))

    def _ledger(self, wanted: WantedStore, place: LedgerLocks) -> KeptLedger:
        return self._make_ledger(
            place.directory,
            locks=place.locks,
            levels=wanted.grid.levels,
            directory_permissions=self._options.directory_permissions,
            file_permissions=self._options.file_permissions,
        )

    def _limited(
        self, wanted: WantedStore, store: TileStore, ledger: KeptLedger, settle: SettleLedger, locks: TileLock
    ) -> LimitedStore:
        assert wanted.cache.quota_bytes is not None, "asked for caches with a quota only"
        quota = Quota(wanted.cache.quota_bytes)
        uses = SampledUses(ledger, self._background, self._clock)
        evict = EvictTiles(
            name=f"{wanted.tile_set.cache} in the grid {wanted.tile_set.grid}",
            remove=RemoveCells(store, lists_windows=_lists_windows(wanted)),
            ledger=ledger,
            settle=settle,
            uses=uses,
            locks=locks,
            quota=quota,
            clock=self._clock,
        )
        return LimitedStore(store, evict=evict, uses=uses, jobs=self._evictions, step=quota.most // _LOOKS)


def _lists_windows(wanted: WantedStore) -> bool:
    """Redis and CouchDB find the tiles of an area by asking for all of them."""
    return not isinstance(wanted.cache.storage, RedisStorage | CouchdbStorage)

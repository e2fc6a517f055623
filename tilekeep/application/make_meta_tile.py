"""Make the tiles of one block: single tiles, meta tiles and bulk meta tiles take the same way."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from tilekeep.application.fetched_tiles import FetchedTiles, FetchesTiles
from tilekeep.application.recent_failures import RecentFailures
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.store_trouble import StoreTrouble
from tilekeep.application.tile_maker import InStore, Made, NoTile, Obstacles, Outcome, WantedBlock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockUnavailable, NoRoom, SourceError, SourceRecentlyFailed, StoreError
from tilekeep.domain.keeping import Worth
from tilekeep.domain.lock_names import tile_lock_name
from tilekeep.domain.staleness import StalenessPolicy, Verdict
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.tile_lock import StillHeld, TileLock
from tilekeep.ports.tile_store import TileReader, TileRenewer, TileWriter

log = logging.getLogger("tilekeep.cache.tile")

#: Why a block is not asked for again of which the source gave nothing that is better than what is stored.
_OLD_TILES_ARE_BETTER = "the source fails"

_REMEDY = "see to the room on the disk, and to owner and permissions of the directory"


class TileVault(TileReader, TileWriter, TileRenewer, Protocol):
    """The capabilities of a store that making tiles needs."""


class MakeMetaTile:
    """Makes a block of tiles under one lock and stores them together.

    The way of a block: share a making under way in this process; take the lock across processes; look again;
    recall a failure of a moment ago; fetch; let only good images in; store.  A failure is remembered before the
    lock is released, so that those who wait for it hear of it instead of asking the source one by one.  Whoever has
    lost the lock while he fetched writes over nothing that others have stored meanwhile: their tiles are newer.

    Args:
        tile_set: the cache, grid and format the tiles belong to; several may share a directory, and so its locks.
        store: where the tiles go.
        fetcher: asks the sources and cuts what they send into tiles.
        locks: locks across processes; names as MapProxy's (spec/caches.md, 5).
        lock_id: the part of lock names that tells caches apart.
        failures: what failed a moment ago.
        flights: the makings under way in this process.
        clock: the current time.
        failure_seconds: how long a failed block is not asked for again.
    """

    def __init__(
        self,
        *,
        tile_set: TileSet,
        store: TileVault,
        fetcher: FetchesTiles,
        locks: TileLock,
        lock_id: str,
        failures: FailureMemory,
        flights: SingleFlight[Mapping[TileKey, Outcome]],
        clock: Clock,
        failure_seconds: float,
    ) -> None:
        self._tile_set = tile_set
        self._store = store
        self._fetcher = fetcher
        self._locks = locks
        self._lock_id = lock_id
        self._failures = RecentFailures(failures, clock, failure_seconds)
        self._flights = flights
        self._clock = clock
        self._trouble = StoreTrouble(log, clock)

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        """See :meth:`tilekeep.application.tile_maker.TileMaker.make`."""
        return self._flights.run((self._tile_set, block), lambda: self._exclusively(block, deadline), deadline)

    def obstacles(self, block: WantedBlock) -> Obstacles:
        """See :class:`tilekeep.application.tile_maker.KnowsObstacles`."""
        lock_name, scope = self._names(block)
        return Obstacles(self._locks.is_held(lock_name), self._failures.recall(scope))

    def _names(self, block: WantedBlock) -> tuple[str, str]:
        """That of its lock, which blocks with other dimensions share, and that by which failures are remembered."""
        lock_name = tile_lock_name(self._lock_id, block.plan.main)
        return lock_name, f"{lock_name} {tuple(self._tile_set)} {block.dimensions} {block.variant}"

    def _exclusively(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        """Makes the block under its lock; without any lock the worst that can happen is that it is made twice."""
        lock_name, scope = self._names(block)
        self._refuse_if_just_failed(scope)  # those who wait for nothing need no lock
        # Whoever holds the lock of a block that is to be refreshed is doing so already.
        patience = Deadline(self._clock.monotonic()) if block.purpose is Purpose.REFRESH else deadline
        try:
            with self._locks.hold(lock_name, patience) as still_held:
                return self._made(block, scope, deadline, still_held)
        except LockUnavailable as error:
            log.error("tiles are made without a lock: %s", error)  # noqa: TRY400 - the text says it all
            return self._made(block, scope, deadline, still_held=lambda: True)

    def _made(
        self, block: WantedBlock, scope: str, deadline: Deadline, still_held: StillHeld
    ) -> Mapping[TileKey, Outcome]:
        keys = block.keys
        infos = self._known(keys, deadline)
        if self._all_fresh(block.policy, keys, infos):
            return dict.fromkeys(keys, InStore())
        self._refuse_if_just_failed(scope)
        try:
            fetched = self._fetcher.fetch(block, deadline, _common_validators(keys, infos))
        except SourceError as error:
            self._failures.remember(scope, error, deadline)
            raise
        worth_having = self._worth_having(fetched, block.policy, infos)
        if fetched.worth is Worth.STOPGAP and self._all_showable(block.policy, keys, infos):
            self._failures.remember(scope, SourceError(_OLD_TILES_ARE_BETTER), deadline)
        if not still_held():
            log.warning("the lock of the tiles around %s was lost to another host", tuple(keys[0].coord))
            worth_having = _without(worth_having, self._stored_since(infos, keys, deadline))
        return self._stored(keys, worth_having, deadline)

    def _worth_having(
        self, fetched: FetchedTiles, policy: StalenessPolicy, infos: Mapping[TileKey, TileInfo]
    ) -> FetchedTiles:
        """What was fetched, without what would take the place of something better.

        What stands for the map of a failing source replaces no fresh tile, and no stale one where that is better.
        """
        if fetched.worth is Worth.MAP:
            return fetched
        now = self._clock.now()
        verdicts = {key: policy.judge(info, now) for key, info in infos.items()}
        fresh = {key for key, verdict in verdicts.items() if verdict is Verdict.FRESH}
        shown = {key for key, verdict in verdicts.items() if policy.may_show(verdict)}
        kept = shown if fetched.worth is Worth.STOPGAP else fresh
        passing = [*fetched.passing, *(tile for tile in fetched.new if tile.key in kept)]
        return fetched._replace(
            new=tuple(tile for tile in fetched.new if tile.key not in kept),
            passing=tuple(tile for tile in passing if tile.key not in fresh),
            held=tuple(fresh),
        )

    def _known(self, keys: Sequence[TileKey], deadline: Deadline) -> Mapping[TileKey, TileInfo]:
        try:
            return self._store.stat_many(keys, deadline)
        except StoreError as error:
            self._trouble(logging.WARNING, "looking for stored tiles failed, asking the source: %s", error)
            return {}

    def _stored_since(
        self, before: Mapping[TileKey, TileInfo], keys: Sequence[TileKey], deadline: Deadline
    ) -> set[TileKey]:
        return {key for key, info in self._known(keys, deadline).items() if info != before.get(key)}

    def _all_showable(
        self, policy: StalenessPolicy, keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo]
    ) -> bool:
        """Whether nobody who wants one of the tiles needs more than what is stored."""
        now = self._clock.now()
        return all(policy.may_show(policy.judge(infos.get(key), now)) for key in keys)

    def _all_fresh(self, policy: StalenessPolicy, keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo]) -> bool:
        now = self._clock.now()
        return all(policy.judge(infos.get(key), now) is Verdict.FRESH for key in keys)

    def _refuse_if_just_failed(self, scope: str) -> None:
        failure = self._failures.recall(scope)
        if failure is not None:
            raise SourceRecentlyFailed(
                f"not asked again yet: {failure.client_message}",
                client_message=failure.client_message,
                retry_after=self._failures.seconds_left(failure),
            )

    def _stored(self, keys: Sequence[TileKey], fetched: FetchedTiles, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        now = self._clock.now()
        outcomes: dict[TileKey, Outcome] = dict.fromkeys(keys, NoTile())
        outcomes.update(self._renewed(fetched, now, deadline))
        outcomes.update(self._written(fetched, now, deadline))
        outcomes.update(
            (tile.key, Made(_unstored(tile, now), fetched.fresh_for, fetched.storable, fetched.worth, stored=False))
            for tile in fetched.passing
        )
        outcomes.update(dict.fromkeys(fetched.held, InStore()))
        return outcomes

    def _renewed(self, fetched: FetchedTiles, now: float, deadline: Deadline) -> dict[TileKey, Outcome]:
        if fetched.unchanged:
            try:
                self._store.renew(fetched.unchanged, now, fetched.validators, deadline)
            except StoreError as error:
                self._trouble(
                    logging.ERROR, "confirmed tiles could not be renewed and are delivered as they are: %s", error
                )
        return dict.fromkeys(fetched.unchanged, InStore(renewed=True))

    def _written(self, fetched: FetchedTiles, now: float, deadline: Deadline) -> dict[TileKey, Outcome]:
        new, good_for = fetched.new, fetched.good_for
        try:
            infos = self._store.write(new, now, deadline) if new else []
        except NoRoom as error:
            log.debug("tiles are delivered unstored: %s", error)
            return {tile.key: Made(_unstored(tile, now), good_for=good_for, stored=False) for tile in new}
        except StoreError as error:
            self._trouble(logging.ERROR, f"tiles could not be stored and are delivered unstored: %s; {_REMEDY}", error)
            return {tile.key: Made(_unstored(tile, now), good_for=good_for, stored=False) for tile in new}
        return {
            tile.key: Made(StoredTile(tile.body, tile.media_type, info), good_for=good_for)
            for tile, info in zip(new, infos, strict=True)
        }


def _unstored(tile: NewTile, now: float) -> StoredTile:
    return StoredTile(tile.body, tile.media_type, TileInfo(now, len(tile.body), tile.validators))


def _without(fetched: FetchedTiles, keys: Collection[TileKey]) -> FetchedTiles:
    """What was fetched, but for ``keys``, which are in the store."""
    return fetched._replace(
        new=tuple(tile for tile in fetched.new if tile.key not in keys),
        unchanged=tuple(key for key in fetched.unchanged if key not in keys),
        passing=tuple(tile for tile in fetched.passing if tile.key not in keys),
        held=(*fetched.held, *keys),
    )


def _common_validators(keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo]) -> Validators | None:
    """The validators to send: those of a block whose tiles are all stored and came with one and the same answer."""
    found = {infos[key].validators if key in infos else None for key in keys}
    return found.pop() if len(found) == 1 else None

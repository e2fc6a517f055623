"""Make the tiles of one block: single tiles, meta tiles and bulk meta tiles take the same way."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from tilekeep.application.fetched_tiles import FetchedTiles, TileFetcher
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.tile_maker import InStore, Made, NoTile, Outcome
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy, SourceError, SourceRecentlyFailed, StoreError
from tilekeep.domain.lock_names import tile_lock_name
from tilekeep.domain.meta_tile import MetaTilePlan
from tilekeep.domain.staleness import StalenessPolicy, Verdict
from tilekeep.domain.tile import Dimensions, NewTile, StoredTile, TileInfo, TileKey, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory, RememberedFailure
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileReader, TileRenewer, TileWriter

log = logging.getLogger("tilekeep.cache.tile")

#: A source may ask to be left alone for longer than the configured time, but not for longer than this.
LONGEST_RETRY_AFTER_SECONDS = 60.0


class TileVault(TileReader, TileWriter, TileRenewer, Protocol):
    """The capabilities of a store that making tiles needs."""


class MakeMetaTile:
    """Makes a block of tiles under one lock and stores them together.

    The way of a block: share a making under way in this process; take the lock across processes; look again;
    recall a failure of a moment ago; fetch; let only good images in; store.  A failure is remembered before the
    lock is released, so that those who wait for it hear of it instead of asking the source one by one.

    Args:
        store: where the tiles go.
        policy: which stored tiles are still good, asked again under the lock.
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
        store: TileVault,
        policy: StalenessPolicy,
        fetcher: TileFetcher,
        locks: TileLock,
        lock_id: str,
        failures: FailureMemory,
        flights: SingleFlight[Mapping[TileKey, Outcome]],
        clock: Clock,
        failure_seconds: float,
    ) -> None:
        self._store = store
        self._policy = policy
        self._fetcher = fetcher
        self._locks = locks
        self._lock_id = lock_id
        self._failures = failures
        self._flights = flights
        self._clock = clock
        self._failure_seconds = failure_seconds

    def make(
        self, plan: MetaTilePlan, dimensions: Dimensions, purpose: Purpose, deadline: Deadline
    ) -> Mapping[TileKey, Outcome]:
        """See :meth:`tilekeep.application.tile_maker.TileMaker.make`."""
        flight = (self._lock_id, plan.main, dimensions)
        return self._flights.run(flight, lambda: self._exclusively(plan, dimensions, purpose, deadline), deadline)

    def _exclusively(
        self, plan: MetaTilePlan, dimensions: Dimensions, purpose: Purpose, deadline: Deadline
    ) -> Mapping[TileKey, Outcome]:
        keys = [TileKey(coord, dimensions) for coord in plan.coords]
        with self._locks.hold(tile_lock_name(self._lock_id, plan.main), deadline):
            infos = self._known(keys, deadline)
            if self._all_fresh(keys, infos):
                return dict.fromkeys(keys, InStore())
            scope = f"{tile_lock_name(self._lock_id, plan.main)} {dimensions}"
            self._refuse_if_just_failed(scope)
            try:
                fetched = self._fetcher.fetch(plan, dimensions, purpose, deadline, _common_validators(keys, infos))
            except SourceError as error:
                self._remember(scope, error)
                raise
            return self._stored(keys, fetched, deadline)

    def _known(self, keys: Sequence[TileKey], deadline: Deadline) -> Mapping[TileKey, TileInfo]:
        try:
            return self._store.stat_many(keys, deadline)
        except StoreError as error:
            log.warning("looking for stored tiles failed, asking the source: %s", error)
            return {}

    def _all_fresh(self, keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo]) -> bool:
        now = self._clock.now()
        return all(self._policy.judge(infos.get(key), now) is Verdict.FRESH for key in keys)

    def _refuse_if_just_failed(self, scope: str) -> None:
        failure = self._failures.recall(scope)
        if failure is not None:
            raise SourceRecentlyFailed(
                f"not asked again yet: {failure.client_message}",
                client_message=failure.client_message,
                retry_after=max(0.0, failure.until - self._clock.now()),
            )

    def _remember(self, scope: str, error: SourceError) -> None:
        if isinstance(error, SourceBusy):
            return  # the source did not fail; the next in the queue may well get through
        pause = max(self._failure_seconds, min(error.retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS))
        if pause > 0:
            error.retry_after = pause  # clients need not ask earlier than the source is asked
            self._failures.remember(scope, RememberedFailure(error.client_message, self._clock.now() + pause))

    def _stored(self, keys: Sequence[TileKey], fetched: FetchedTiles, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        now = self._clock.now()
        outcomes: dict[TileKey, Outcome] = dict.fromkeys(keys, NoTile())
        outcomes.update(self._renewed(fetched, now, deadline))
        outcomes.update(self._written(fetched.new, now, deadline))
        return outcomes

    def _renewed(self, fetched: FetchedTiles, now: float, deadline: Deadline) -> dict[TileKey, Outcome]:
        if fetched.unchanged:
            try:
                self._store.renew(fetched.unchanged, now, fetched.validators, deadline)
            except StoreError as error:
                log.error("confirmed tiles could not be renewed and are delivered as they are: %s", error)  # noqa: TRY400
        return dict.fromkeys(fetched.unchanged, InStore(renewed=True))

    def _written(self, new: Sequence[NewTile], now: float, deadline: Deadline) -> dict[TileKey, Outcome]:
        try:
            infos = self._store.write(new, now, deadline) if new else []
        except StoreError as error:
            log.error("tiles could not be stored and are delivered unstored: %s", error)  # noqa: TRY400
            infos = [TileInfo(now, len(tile.body), tile.validators) for tile in new]
        return {
            tile.key: Made(StoredTile(tile.body, tile.media_type, info)) for tile, info in zip(new, infos, strict=True)
        }


def _common_validators(keys: Sequence[TileKey], infos: Mapping[TileKey, TileInfo]) -> Validators | None:
    """The validators to send: those of a block whose tiles are all stored and came with one and the same answer."""
    found = {infos[key].validators if key in infos else None for key in keys}
    return found.pop() if len(found) == 1 else None

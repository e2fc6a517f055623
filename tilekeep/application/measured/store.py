"""A tile store whose calls are timed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.measures import STORE_ERRORS, STORE_SECONDS
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.tile_store import TileStore

Result = TypeVar("Result")


class MeasuredStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`.

    Args:
        store: where the tiles are.
        cache: the name of the cache.
        metrics: takes the times.
        clock: measures them.
    """

    def __init__(self, store: TileStore, cache: str, metrics: Metrics, clock: Clock) -> None:
        super().__init__(store)
        self._monotonic = clock.monotonic
        self._read_tile = store.read
        self._read_took = metrics.timer(STORE_SECONDS, cache, "read")
        operations = ("read", "read_many", "stat", "write", "renew", "remove")
        self._took = {name: metrics.timer(STORE_SECONDS, cache, name) for name in operations}
        self._failed = {name: metrics.counter(STORE_ERRORS, cache, name) for name in operations}

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; this is on the way of every hit."""
        begin = self._monotonic()
        try:
            tile = self._read_tile(key, deadline)
        except StoreError:
            self._failed["read"]()
            raise
        self._read_took(self._monotonic() - begin)
        return tile

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._timed("read_many", lambda: self._store.read_many(keys, deadline))

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._timed("stat", lambda: self._store.stat_many(keys, deadline, with_records=with_records))

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        return self._timed("write", lambda: self._store.write(batch, at, deadline))

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        return self._timed("renew", lambda: self._store.renew(keys, at, validators, deadline))

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        self._timed("remove", lambda: self._store.remove(keys, deadline))

    def _timed(self, operation: str, call: Callable[[], Result]) -> Result:
        begin = self._monotonic()
        try:
            result = call()
        except StoreError:
            self._failed[operation]()
            raise
        self._took[operation](self._monotonic() - begin)
        return result

"""A tile store around another one: what stores with something to do besides inherit from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, Validators
from tilekeep.ports.tile_store import TileStore, TileWindow, never


class WrappedStore:
    """Implements :class:`tilekeep.ports.tile_store.TileStore` by ``store``."""

    def __init__(self, store: TileStore) -> None:
        self._store = store

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._store.read(key, deadline)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._store.read_many(keys, deadline)

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._store.stat_many(keys, deadline, with_records=with_records)

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        return self._store.write(batch, at, deadline)

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        return self._store.renew(keys, at, validators, deadline)

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self._store.mark_stale(keys, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        self._store.remove(keys, deadline)

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`."""
        self._store.remove_level(z, older_than, deadline, spare_unknown=spare_unknown, is_to_end=is_to_end)

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`."""
        return self._store.list(z, window, deadline, exact_from=exact_from)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`."""
        return self._store.locate(key)

"""A store in which tiles of another form are stale where the tile itself has been made since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import StoredTile, TileInfo, TileKey


class FollowingStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`.

    For tiles that the source is asked for in another form than for those that are seeded: both show the same map.
    """

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self.read_many([key], deadline).get(key)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = self._store.read_many(keys, deadline)
        late = self._late({key: tile.info for key, tile in found.items()}, deadline)
        return {key: _marked(tile) if key in late else tile for key, tile in found.items()}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = self._store.stat_many(keys, deadline, with_records=with_records)
        late = self._late(found, deadline)
        return {key: info._replace(stored_at=MARKED_STALE) if key in late else info for key, info in found.items()}

    def _late(self, infos: Mapping[TileKey, TileInfo], deadline: Deadline) -> Collection[TileKey]:
        """Those of another form whose tiles have been made since."""
        own = {key: key._replace(variant="") for key in infos if key.variant}
        known = self._store.stat_many(list(own.values()), deadline, with_records=False) if own else {}
        late = [key for key, tile in own.items() if tile in known and _is_newer(known[tile], infos[key])]
        if not late:
            return ()
        # They were read from a copy, perhaps, that tells its time less exactly.
        again = self._store.stat_many(late, deadline, with_records=False)
        return {key for key in late if key not in again or _is_newer(known[own[key]], again[key])}


def _marked(tile: StoredTile) -> StoredTile:
    return tile._replace(info=tile.info._replace(stored_at=MARKED_STALE))


def _is_newer(own: TileInfo, other: TileInfo) -> bool:
    return own.stored_at > other.stored_at

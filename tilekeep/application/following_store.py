"""A store in which tiles of another form are stale where the tile itself has been made since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
        infos = self._following({key: tile.info for key, tile in found.items()}, deadline)
        return {key: tile._replace(info=infos[key]) for key, tile in found.items()}

    def stat_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return self._following(self._store.stat_many(keys, deadline), deadline)

    def _following(self, infos: Mapping[TileKey, TileInfo], deadline: Deadline) -> dict[TileKey, TileInfo]:
        own = {key: key._replace(variant="") for key in infos if key.variant}
        known = self._store.stat_many(list(own.values()), deadline) if own else {}
        return {
            key: info._replace(stored_at=MARKED_STALE) if _is_newer(known.get(own.get(key, key)), info) else info
            for key, info in infos.items()
        }


def _is_newer(own: TileInfo | None, other: TileInfo) -> bool:
    return own is not None and own.stored_at > other.stored_at

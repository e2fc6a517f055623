"""A store in which tiles of another form are stale where the tile itself has been made since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
        late = self._late(found, deadline)
        return {key: _marked(tile) if key in late else tile for key, tile in found.items()}

    def stat_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = self._store.stat_many(keys, deadline)
        late = self._late(found, deadline)
        return {key: info._replace(stored_at=MARKED_STALE) if key in late else info for key, info in found.items()}

    def _late(self, keys: Iterable[TileKey], deadline: Deadline) -> set[TileKey]:
        """Those of another form whose tiles have been made since.

        Both times come from one look, since a copy in a fast tier may tell its time less exactly.
        """
        own = {key: key._replace(variant="") for key in keys if key.variant}
        infos = self._store.stat_many([*own, *own.values()], deadline) if own else {}
        return {key for key, tile in own.items() if _is_newer(infos.get(tile), infos.get(key))}


def _marked(tile: StoredTile) -> StoredTile:
    return tile._replace(info=tile.info._replace(stored_at=MARKED_STALE))


def _is_newer(own: TileInfo | None, other: TileInfo | None) -> bool:
    return own is not None and other is not None and own.stored_at > other.stored_at

"""A tile store whose reads and writes are spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey
from tilekeep.ports.tile_store import TileStore
from tilekeep.ports.traces import Facts, Traces

_TILES = "tilekeep.tiles"


class TracedStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`.

    Args:
        store: where the tiles are.
        cache: the name of the cache.
        traces: takes the spans.
    """

    def __init__(self, store: TileStore, cache: str, traces: Traces) -> None:
        super().__init__(store)
        self._cache: Facts = {"tilekeep.cache": cache}
        self._traces = traces

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        with self._traces.span("read tile", self._cache) as span:
            tile = self._store.read(key, deadline)
            span.note({"tilekeep.found": int(tile is not None)})
            return tile

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        with self._traces.span("read tiles", {**self._cache, _TILES: len(keys)}) as span:
            found = self._store.read_many(keys, deadline)
            span.note({"tilekeep.found": len(found)})
            return found

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        with self._traces.span("write tiles", {**self._cache, _TILES: len(batch)}):
            return self._store.write(batch, at, deadline)

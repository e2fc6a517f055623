"""A tile store in the memory of a process (own addition)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tilekeep.adapters.storage.memory.tile_memory import Kept, TileMemory, kept
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.image import sniffed_media_type
from tilekeep.domain.staleness import MARKED_STALE, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.tile_store import TileWindow, never


class MemoryTileStore:
    """Tiles of this process alone; implements :class:`tilekeep.ports.tile_store.TileStore`.

    Any tile may be gone at any time, to make room for others.  Other processes have memories of their own, a forked
    child begins with an empty one.
    """

    def __init__(self, tile_set: TileSet, memory: TileMemory) -> None:
        """Binds the store to its memory, which several stores of one tile set may share."""
        self.tile_set = tile_set
        self._memory = memory
        self._get = memory.get

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        entry = self._get(key)
        return None if entry is None else entry[0]

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = ((key, self._get(key)) for key in keys)
        return {key: entry.tile for key, entry in found if entry is not None}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = ((key, self._memory.peek(key)) for key in keys)
        return {key: _info(entry) for key, entry in found if entry is not None}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        entries = [(tile.key, _new_entry(tile, at)) for tile in batch]
        self._memory.put(entries)
        return [entry.tile.info for _, entry in entries]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        renewed = ((key, self._renewed(key, at, validators)) for key in keys)
        return {key: _info(entry) for key, entry in renewed if entry is not None}

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self.renew(keys, MARKED_STALE, None, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        self._memory.drop(keys)

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
        self._memory.drop(
            key
            for key, entry in self._memory.entries()
            if key.coord.z == z
            and (older_than is None or is_older(entry.tile.info.stored_at, older_than, spare_unknown=spare_unknown))
        )

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`; the infos carry no tile record."""
        for key, entry in self._memory.entries():
            level, x, y = key.coord
            if level == z and (window is None or window.holds(x, y)):
                yield key, entry.tile.info

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`."""
        z, x, y = key.coord
        return f"memory of each process, level {z}, column {x}, row {y}"

    def _renewed(self, key: TileKey, at: float, validators: Validators | None) -> Kept | None:
        while (before := self._memory.peek(key)) is not None:
            tile = before.tile._replace(info=before.tile.info._replace(stored_at=at))
            entry = kept(key, tile, validators or before.validators, before.checksum)
            if self._memory.replace(key, before, entry):
                return entry
        return None


def memory_store(*, tile_set: TileSet, max_bytes: int, keep: Callable[[TileMemory], None]) -> MemoryTileStore:
    """A store with a memory of its own; ``keep`` has this reset in forked children."""
    memory = TileMemory(max_bytes)
    keep(memory)
    return MemoryTileStore(tile_set, memory)


def _new_entry(tile: NewTile, at: float) -> Kept:
    media_type = sniffed_media_type(tile.body[:12]) or tile.media_type
    stored = StoredTile(tile.body, media_type, TileInfo(at, len(tile.body)))
    return kept(tile.key, stored, tile.validators, tile.checksum)


def _info(entry: Kept) -> TileInfo:
    return entry.tile.info._replace(validators=entry.validators, checksum=entry.checksum)

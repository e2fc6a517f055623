"""No store at all: every tile is made anew (``disable_storage``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, Validators
from tilekeep.ports.tile_store import TileWindow, never


class DisabledTileStore:
    """Holds nothing and forgets what it is given; implements :class:`tilekeep.ports.tile_store.TileStore`."""

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """Nothing."""
        return None

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """Nothing."""
        return {}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """Nothing."""
        return {}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """What a store would know of the tiles."""
        return [TileInfo(at, len(tile.body), tile.validators) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """Nothing."""
        return {}

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Does nothing."""

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Does nothing."""

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """Does nothing."""

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """Nothing."""
        return iter(())

    def locate(self, key: TileKey) -> str:
        """Says why there is no place."""
        return "nowhere, as the cache stores nothing (disable_storage)"

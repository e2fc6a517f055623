"""A tile store in a dictionary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.image import PNG, sniffed_media_type
from tilekeep.domain.staleness import is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, Validators
from tilekeep.ports.tile_store import TileWindow, never


class FakeTileStore:
    """All capabilities of :class:`tilekeep.ports.tile_store.TileStore`.

    ``tiles`` is what is stored and may be filled and looked at by tests; ``failure``, when set, is raised by
    everything as a :class:`StoreError`.  ``reads`` and ``writes`` count the keys asked for and stored, ``listed`` those
    that came in listings, and ``listings`` the levels and windows of these.
    """

    def __init__(self, tiles: dict[TileKey, StoredTile] | None = None) -> None:
        self.tiles: dict[TileKey, StoredTile] = {} if tiles is None else tiles
        self.failure: str | None = None
        self.reads: list[TileKey] = []
        self.writes: list[TileKey] = []
        self.listed: list[TileKey] = []
        self.listings: list[tuple[int, TileWindow | None]] = []
        self._guard = threading.Lock()

    def put(self, key: TileKey, body: bytes, stored_at: float, validators: Validators | None = None) -> None:
        """Stores a tile without counting it."""
        self.tiles[key] = StoredTile(
            body, sniffed_media_type(body[:12]) or PNG, TileInfo(stored_at, len(body), validators)
        )

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        self._fail_if_told()
        self.reads.append(key)
        tile = self.tiles.get(key)
        if tile is None or not tile.body:
            return None
        return tile._replace(info=tile.info._replace(validators=None, checksum=None))

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        found = {key: self.read(key) for key in keys}
        return {key: tile for key, tile in found.items() if tile is not None}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        self._fail_if_told()
        infos = {key: self.tiles[key].info for key in keys if self._has(key)}
        if with_records:
            return infos
        return {key: info._replace(validators=None, checksum=None) for key, info in infos.items()}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        self._fail_if_told()
        infos = []
        for tile in batch:
            info = TileInfo(at, len(tile.body), tile.validators, tile.checksum)
            media_type = sniffed_media_type(tile.body[:12]) or tile.media_type
            with self._guard:
                self.tiles[tile.key] = StoredTile(tile.body, media_type, info)
                self.writes.append(tile.key)
            infos.append(TileInfo(at, len(tile.body)))
        return infos

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        self._fail_if_told()
        found = {}
        for key in keys:
            with self._guard:
                if self._has(key):
                    tile = self.tiles[key]
                    info = tile.info._replace(stored_at=at, validators=validators or tile.info.validators)
                    self.tiles[key] = tile._replace(info=info)
                    found[key] = info
        return found

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        self.renew(keys, 0.0, None)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        self._fail_if_told()
        for key in keys:
            self.tiles.pop(key, None)

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        self._fail_if_told()
        with self._guard:
            for key, tile in [*self.tiles.items()]:
                if is_to_end():
                    return
                if key.coord.z == z and (
                    older_than is None or is_older(tile.info.stored_at, older_than, spare_unknown=spare_unknown)
                ):
                    del self.tiles[key]

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        self._fail_if_told()
        self.listings.append((z, window))
        for key, tile in [*self.tiles.items()]:
            _, x, y = key.coord
            if key.coord.z == z and self._has(key) and (window is None or window.holds(x, y)):
                self.listed.append(key)
                yield key, tile.info._replace(validators=None, checksum=None)

    def locate(self, key: TileKey) -> str:
        return f"memory {key}"

    def _has(self, key: TileKey) -> bool:
        return key in self.tiles and bool(self.tiles[key].body)

    def _fail_if_told(self) -> None:
        if self.failure is not None:
            raise StoreError(self.failure)

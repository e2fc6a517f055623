"""The fast tiers together: which of their copies are still those of the last tier, and putting new ones in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tilekeep.adapters.storage.tiers.fast_tier import FastTier
from tilekeep.adapters.storage.tiers.known_infos import KnownInfos, same_tile
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import FileSlice, NewTile, StoredTile, TileInfo, TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import SliceReader, TileReader, TileStore

Tiles = Mapping[TileKey, StoredTile]

_NO_TILES: Tiles = {}
_NO_INFOS: Mapping[TileKey, TileInfo] = {}


class Copies:
    """Tiles in front of the last tier, each with the time of the tile that it is a copy of."""

    def __init__(
        self, tiers: Sequence[FastTier], last: TileReader, known: KnownInfos, clock: Clock, read_slice: SliceReader
    ) -> None:
        """See :class:`~tilekeep.adapters.storage.tiers.store.TieredTileStore`."""
        self._tiers = tiers
        self._last = last
        self._known = known
        self._clock = clock
        self._read_slice = read_slice

    def read(self, key: TileKey, changes: int, deadline: Deadline) -> StoredTile | None:
        """A good copy; ``changes`` is what was known to be changed before."""
        for number, tier in enumerate(self._tiers):
            tile = tier.read(key, deadline)
            if tile is not None and (self._is_known(key, tile.info, tier) or self._good(tier, {key: tile}, deadline)):
                return self.promoted({key: tile}, number, changes)[key] if number else tile
        return None

    def read_many(self, keys: Sequence[TileKey], changes: int, deadline: Deadline) -> dict[TileKey, StoredTile]:
        """Good copies, as many as there are."""
        found: dict[TileKey, StoredTile] = {}
        for number, tier in enumerate(self._tiers):
            missing = [key for key in keys if key not in found]
            if not missing:
                break
            here = tier.attempt(partial(_read_many, missing, deadline), _NO_TILES)
            found.update(self.promoted(self._good(tier, here, deadline), number, changes))
        return found

    def infos(self, keys: Sequence[TileKey], deadline: Deadline) -> Mapping[TileKey, TileInfo]:
        """What copies say of themselves, whether they are good or not."""
        found: dict[TileKey, TileInfo] = {}
        for tier in reversed(self._tiers):
            found.update(tier.attempt(partial(_stat_many, keys, deadline), _NO_INFOS))
        return found

    def change(self, work: Callable[[TileStore], object]) -> None:
        """Does to each tier what was done to the last; what fails shows when its copies are compared."""
        for tier in self._tiers:
            tier.attempt(work, None)

    def put(self, tiles: Tiles, changes: int) -> Tiles:
        """The tiles, which are those of the last tier, after copies have been made of them."""
        if changes == self._known.changes:
            self._known.note(((key, tile.info) for key, tile in tiles.items()), self._clock.monotonic())
        return self.promoted(tiles, len(self._tiers), changes)

    def promoted(self, tiles: Tiles, number: int, changes: int) -> Tiles:
        """The tiles of the tier ``number`` after copies have been put before it, unless any tile is being changed."""
        before = [tier for tier in self._tiers[:number] if not tier.is_paused]
        if not before or not tiles or changes != self._known.changes:
            return tiles
        loaded = {key: self._loaded(tile) for key, tile in tiles.items()}
        batches: dict[float, list[NewTile]] = {}
        for key, tile in loaded.items():
            if isinstance(tile.body, bytes):
                batches.setdefault(tile.info.stored_at, []).append(NewTile(key, tile.body, tile.media_type))
        for tier in before:
            for stored_at, batch in batches.items():
                tier.attempt(partial(_write, batch, stored_at), None)
        if changes != self._known.changes:
            self.change(lambda store: store.remove(tiles))
        return loaded

    def _good(self, tier: FastTier, tiles: Tiles, deadline: Deadline) -> Tiles:
        """Those of a tier's tiles that the last tier has too; all of them while nobody can tell."""
        doubtful = [key for key, tile in tiles.items() if not self._is_known(key, tile.info, tier)]
        if not doubtful:
            return tiles
        now = self._clock.monotonic()
        try:
            infos = self._last.stat_many(doubtful, deadline, with_records=False)
        except StoreError as error:
            tier.report("copies of tiles cannot be compared with the last tier and are delivered as they are", error)
            return tiles
        self._known.note(infos.items(), now)
        lost = {key for key in doubtful if key not in infos or not same_tile(infos[key], tiles[key].info)}
        if lost:
            tier.attempt(lambda store: store.remove(lost, deadline), None)
        return {key: tile for key, tile in tiles.items() if key not in lost}

    def _is_known(self, key: TileKey, info: TileInfo, tier: FastTier) -> bool:
        """Whether the last tier was seen to have this tile not longer ago than the tier's tiles are good for."""
        known = self._known.get(key)
        return (
            known is not None
            and same_tile(known, info)
            and self._clock.monotonic() - known.seen_at <= tier.max_age_seconds
        )

    def _loaded(self, tile: StoredTile) -> StoredTile:
        """The tile with its bytes, since the file that they lie in may be another one tomorrow."""
        if not isinstance(tile.body, FileSlice):
            return tile
        try:
            return tile._replace(body=self._read_slice(tile.body))
        except StoreError:
            return tile


def _read_many(keys: Sequence[TileKey], deadline: Deadline, store: TileStore) -> Tiles:
    return store.read_many(keys, deadline)


def _stat_many(keys: Sequence[TileKey], deadline: Deadline, store: TileStore) -> Mapping[TileKey, TileInfo]:
    return store.stat_many(keys, deadline)


def _write(batch: Sequence[NewTile], at: float, store: TileStore) -> object:
    return store.write(batch, at)

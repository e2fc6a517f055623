"""Tiers: fast stores in front of a slow one that has all tiles (own addition).

The last tier is the truth.  What stands before it are copies, each with the time of the tile it was made from, so that
a copy never looks younger.  A copy is given away if the last tier was seen to have that tile not longer ago than
``max_age`` of its tier; else time and size are compared with those in the last tier first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from tilekeep.adapters.storage.tiers.fast_tier import FastTier
from tilekeep.adapters.storage.tiers.known_infos import KnownInfos, same_tile
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import FileSlice, NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import SliceReader, TileStore, TileWindow


class FastStore(NamedTuple):
    """A store in front of others, and how long its tiles are good without a look at the last one."""

    store: TileStore
    max_age_seconds: float


class TieredTileStore:
    """Implements :class:`tilekeep.ports.tile_store.TileStore`.

    A fast tier that fails is passed by.  The last one's failures are those of a plain store, save for tiles that a
    fast tier has.  Changes are made to the last tier first, then to the copies.
    """

    def __init__(
        self,
        tile_set: TileSet,
        fast: Sequence[FastStore],
        last: TileStore,
        clock: Clock,
        read_slice: SliceReader,
        known: KnownInfos,
    ) -> None:
        """Puts stores of one tile set in front of another.

        Args:
            tile_set: whose tiles they are.
            fast: the stores in front, the fastest first.
            last: the store that has all tiles.
            clock: tells how long ago the last tier was looked at.
            read_slice: gives the bytes of tiles that lie inside files, for copies.
            known: what the last tier is known to have.
        """
        self.tile_set = tile_set
        self._fast = [FastTier(store, max_age_seconds, clock) for store, max_age_seconds in fast]
        self._last = last
        self._clock = clock
        self._read_slice = read_slice
        self._known = known

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        changes = self._known.changes
        for number, tier in enumerate(self._fast):
            tile = tier.read(key, deadline)
            if tile is not None and (
                self._is_known(key, tile.info, tier) or self._checked(tier, {key: tile}, deadline)
            ):
                return self._promoted({key: tile}, number, changes)[key] if number else tile
        tile = self._last.read(key, deadline)
        return None if tile is None else self._read_from_last({key: tile}, changes)[key]

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        changes = self._known.changes
        found: dict[TileKey, StoredTile] = {}
        missing = list(keys)
        for number, tier in enumerate(self._fast):
            here = tier.attempt(partial(_read_many, missing, deadline), {})
            good = self._checked(tier, here, deadline)
            found.update(self._promoted(good, number, changes))
            missing = [key for key in missing if key not in good]
            if not missing:
                return found
        found.update(self._read_from_last(self._last.read_many(missing, deadline), changes))
        return found

    def stat_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`: what the last tier knows.

        While it fails, what copies say, but only if there is one of each tile: one that cannot be looked for is not
        missing.
        """
        try:
            infos = self._last.stat_many(keys, deadline)
        except StoreError:
            infos = self._infos_of_copies(keys, deadline)
            if any(key not in infos for key in keys):
                raise
            return infos
        self._known.note(infos.items(), self._clock.monotonic())
        return infos

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        keys = [tile.key for tile in batch]
        with self._change(keys):
            infos = self._last.write(batch, at, deadline)
            self._on_copies(lambda store: store.write(batch, at, deadline))
        self._known.note(zip(keys, infos, strict=True), self._clock.monotonic())
        return infos

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._change(keys):
            infos = self._last.renew(keys, at, validators, deadline)
            self._on_copies(lambda store: store.renew(keys, at, validators, deadline))
        self._known.note(infos.items(), self._clock.monotonic())
        return infos

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._change(keys):
            self._last.mark_stale(keys, deadline)
            self._on_copies(lambda store: store.mark_stale(keys, deadline))

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        removed = list(keys)
        with self._change(removed):
            self._last.remove(removed, deadline)
            self._on_copies(lambda store: store.remove(removed, deadline))

    def remove_level(self, z: int, older_than: float | None = None, deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`."""
        with self._change(None):
            self._last.remove_level(z, older_than, deadline)
            self._on_copies(lambda store: store.remove_level(z, older_than, deadline))

    def list(
        self, z: int, window: TileWindow | None = None, deadline: Deadline = NO_DEADLINE
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`: the tiles of the last tier."""
        return self._last.list(z, window, deadline)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: in the last tier."""
        return self._last.locate(key)

    def _checked(
        self, tier: FastTier, tiles: Mapping[TileKey, StoredTile], deadline: Deadline
    ) -> Mapping[TileKey, StoredTile]:
        """Those of a tier's tiles that the last tier has too; all of them while nobody can tell."""
        doubtful = [key for key, tile in tiles.items() if not self._is_known(key, tile.info, tier)]
        if not doubtful:
            return tiles
        now = self._clock.monotonic()
        try:
            infos = self._last.stat_many(doubtful, deadline)
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

    def _read_from_last(self, tiles: Mapping[TileKey, StoredTile], changes: int) -> Mapping[TileKey, StoredTile]:
        """The tiles, noted as those of the last tier, with copies in front."""
        if changes == self._known.changes:
            self._known.note(((key, tile.info) for key, tile in tiles.items()), self._clock.monotonic())
        return self._promoted(tiles, len(self._fast), changes)

    def _promoted(
        self, tiles: Mapping[TileKey, StoredTile], number: int, changes: int
    ) -> Mapping[TileKey, StoredTile]:
        """The tiles of the tier ``number``, after copies have been put before it, if nobody has changed any tile."""
        before = [tier for tier in self._fast[:number] if not tier.is_paused]
        if not before or not tiles or changes != self._known.changes:
            return tiles
        loaded = {key: self._loaded(tile) for key, tile in tiles.items()}
        copies: dict[float, list[NewTile]] = {}
        for key, tile in loaded.items():
            if isinstance(tile.body, bytes):
                copies.setdefault(tile.info.stored_at, []).append(NewTile(key, tile.body, tile.media_type))
        for tier in before:
            for stored_at, batch in copies.items():
                tier.attempt(partial(_write, batch, stored_at), None)
        if changes != self._known.changes:
            for tier in before:
                tier.attempt(lambda store: store.remove(tiles), None)
        return loaded

    def _loaded(self, tile: StoredTile) -> StoredTile:
        """The tile with its bytes, since the file that they lie in may be another one tomorrow."""
        if not isinstance(tile.body, FileSlice):
            return tile
        try:
            return tile._replace(body=self._read_slice(tile.body))
        except StoreError:
            return tile

    def _infos_of_copies(self, keys: Sequence[TileKey], deadline: Deadline) -> dict[TileKey, TileInfo]:
        infos: dict[TileKey, TileInfo] = {}
        for tier in reversed(self._fast):
            infos.update(tier.attempt(lambda store: store.stat_many(keys, deadline), {}))
        return infos

    def _on_copies(self, work: Callable[[TileStore], object]) -> None:
        for tier in self._fast:
            tier.attempt(work, None)

    @contextmanager
    def _change(self, keys: Sequence[TileKey] | None) -> Iterator[None]:
        """Forgets what is known of the keys, or of all tiles, before and after they are changed."""
        self._known.forget(keys)
        try:
            yield
        finally:
            self._known.forget(keys)


def tiered_store(
    *,
    tile_set: TileSet,
    fast: Sequence[FastStore],
    last: TileStore,
    clock: Clock,
    read_slice: SliceReader,
    keep: Callable[[KnownInfos], None],
) -> TieredTileStore:
    """Tiers that know nothing yet; ``keep`` has what they come to know reset in forked children."""
    known = KnownInfos()
    keep(known)
    return TieredTileStore(tile_set, fast, last, clock, read_slice, known)


def _read_many(keys: Sequence[TileKey], deadline: Deadline, store: TileStore) -> Mapping[TileKey, StoredTile]:
    return store.read_many(keys, deadline)


def _write(batch: Sequence[NewTile], at: float, store: TileStore) -> object:
    return store.write(batch, at)

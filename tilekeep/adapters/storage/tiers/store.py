"""Tiers: fast stores in front of a slow one that has all tiles (own addition).

The last tier is the truth.  What stands before it are copies, each with the time of the tile it was made from, so that
a copy never looks younger.  A copy is given away if the last tier was seen to have that tile not longer ago than
``max_age`` of its tier; else time and size are compared with those in the last tier first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from tilekeep.adapters.storage.tiers.copies import Copies
from tilekeep.adapters.storage.tiers.fast_tier import FastTier
from tilekeep.adapters.storage.tiers.known_infos import KnownInfos
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import SliceReader, TileStore, TileWindow, never


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
        known: KnownInfos,
        clock: Clock,
        read_slice: SliceReader,
    ) -> None:
        """Puts stores of one tile set in front of another.

        Args:
            tile_set: whose tiles they are.
            fast: the stores in front, the fastest first.
            last: the store that has all tiles.
            known: what the last tier is known to have.
            clock: tells how long ago the last tier was looked at.
            read_slice: gives the bytes of tiles that lie inside files, for copies.
        """
        self.tile_set = tile_set
        self._last = last
        self._known = known
        self._clock = clock
        tiers = [FastTier(store, max_age_seconds, clock) for store, max_age_seconds in fast]
        self._copies = Copies(tiers, last, known, clock, read_slice)

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        changes = self._known.changes
        tile = self._copies.read(key, changes, deadline)
        if tile is None:
            tile = self._last.read(key, deadline)
            return None if tile is None else self._copies.put({key: tile}, changes)[key]
        return tile

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        changes = self._known.changes
        found = self._copies.read_many(keys, changes, deadline)
        missing = [key for key in keys if key not in found]
        if missing:
            found.update(self._copies.put(self._last.read_many(missing, deadline), changes))
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`: what the last tier knows.

        While it fails, what copies say, but only if there is one of each tile: one that cannot be looked for is not
        missing.
        """
        now = self._clock.monotonic()
        try:
            infos = self._last.stat_many(keys, deadline, with_records=with_records)
        except StoreError:
            infos = self._copies.infos(keys, deadline)
            if any(key not in infos for key in keys):
                raise
            return infos
        self._known.note(infos.items(), now)
        return infos

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        keys = [tile.key for tile in batch]
        with self._change(keys):
            infos = self._last.write(batch, at, deadline)
            kept_at = infos[0].stored_at if infos else at  # the last tier may count whole seconds
            self._copies.change(lambda store: store.write(batch, kept_at, deadline))
        return infos

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._change(keys):
            infos = self._last.renew(keys, at, validators, deadline)
            self._copies.change(lambda store: store.renew(keys, at, validators, deadline))
        return infos

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._change(keys):
            self._last.mark_stale(keys, deadline)
            self._copies.change(lambda store: store.mark_stale(keys, deadline))

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        removed = list(keys)
        with self._change(removed):
            self._last.remove(removed, deadline)
            self._copies.change(lambda store: store.remove(removed, deadline))

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
        with self._change(None):
            self._last.remove_level(z, older_than, deadline, spare_unknown=spare_unknown, is_to_end=is_to_end)
            self._copies.change(
                lambda store: store.remove_level(
                    z, older_than, deadline, spare_unknown=spare_unknown, is_to_end=is_to_end
                )
            )

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`: the tiles of the last tier."""
        return self._last.list(z, window, deadline, exact_from=exact_from)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: in the last tier."""
        return self._last.locate(key)

    @contextmanager
    def _change(self, keys: Sequence[TileKey] | None) -> Iterator[None]:
        """Forgets what is known of the keys, or of all tiles, before and after they are changed.

        Copies of them are compared when they are read next: a change may have failed, or been made by halves.
        """
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
    return TieredTileStore(tile_set, fast, last, known, clock, read_slice)

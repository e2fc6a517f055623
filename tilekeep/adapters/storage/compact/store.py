"""Tiles in the bundles of an ArcGIS compact cache (spec/caches.md, 3.5)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
from tilekeep.adapters.storage.compact.bundle_lock import BundleLocks
from tilekeep.adapters.storage.compact.bundle_walk import BundleWalk
from tilekeep.adapters.storage.compact.bundles import Bundles
from tilekeep.adapters.storage.compact.changing import Addition, append, renew
from tilekeep.adapters.storage.compact.reading import all_known, known
from tilekeep.adapters.storage.directories import missing_is_nothing
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord
from tilekeep.domain.bundle_layout import SIDE, BundleLayout, coord_in, slot_of
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.dimension_path import dimension_directory
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import NewTile, StoredTile, TileCoord, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileWindow, never

_LAYOUT = BundleLayout()


class CompactTileStore:
    """Bundles of 128 by 128 tiles; implements :class:`tilekeep.ports.tile_store.TileStore`.

    Readers take no lock.  Writers hold that of the bundle, which is MapProxy's.  The time of a tile and its record
    lie behind its bytes (:mod:`tilekeep.adapters.storage.compact.trailer`); a tile of another program is as old as
    its bundle.  Each set of dimensions has bundles of its own, in the directory that it has in the file store.
    """

    def __init__(
        self,
        tile_set: TileSet,
        directory: str,
        bundle_format: BundleFormat,
        locks: Callable[[str], TileLock],
        *,
        media_type: str | None,
        directory_permissions: int | None,
        file_permissions: int | None,
        dimension_names: Collection[str] | None = None,
    ) -> None:
        """Binds the store to a directory; touches nothing.

        Args:
            tile_set: whose tiles these are.
            directory: directory of the cache, in which those of levels and dimensions lie.
            bundle_format: the version.
            locks: makes the locks whose files lie in a directory.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
            directory_permissions: mode of new directories; None leaves it to the umask.
            file_permissions: mode of new files; None leaves it to the umask.
            dimension_names: the only dimensions that ``list`` and ``remove_level`` look for; None for all.
        """
        self.tile_set = tile_set
        self._directory = directory
        self._format = bundle_format
        self._path = _LAYOUT.namer(f"{directory}/", bundle_format.data_ending)
        self._path_below = _LAYOUT.namer("", bundle_format.data_ending)
        self._bundles = Bundles(
            bundle_format,
            BundleLocks(locks),
            FileModes(directory_permissions, file_permissions),
            TileMediaType(media_type),
        )
        self._walk = BundleWalk(directory, bundle_format, dimension_names)

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`.  Four system calls in version 2, six in version 1."""
        return self._bundles.read_one(self._path_of(key), key.coord)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; each bundle is opened once."""
        found: dict[TileKey, StoredTile] = {}
        for path, wanted in self._by_bundle(keys):
            tiles = self._bundles.read(path, [key.coord for key in wanted])
            found.update({key: tile for key, tile in zip(wanted, tiles, strict=True) if tile is not None})
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found: dict[TileKey, TileInfo] = {}
        for path, wanted in self._by_bundle(keys):
            with self._bundles.reading(path) as files:
                if files is None:
                    continue
                for key in wanted:
                    tile = known(self._format, files, slot_of(key.coord))
                    if tile is not None:
                        found[key] = tile.info
        return found

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`; of one bundle all tiles are stored or none."""
        # A path is made for each bundle, not for each tile: it costs as much as all else that is done for a tile.
        by_bundle: dict[tuple[object, ...], list[NewTile]] = {}
        for tile in batch:
            (z, x, y), dimensions, variant = tile.key
            by_bundle.setdefault((z, x // SIDE, y // SIDE, dimensions, variant), []).append(tile)
        for tiles in by_bundle.values():
            first = tiles[0].key
            with self._bundles.changing(self._path_of(first), deadline, make=(first.coord, at)) as files:
                assert files is not None, "a bundle that is not there is made"
                append(self._format, files, [_addition(tile, at) for tile in tiles])
        return [TileInfo(at, len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        found: dict[TileKey, TileInfo] = {}
        for path, wanted in self._by_bundle(keys):
            with self._bundles.changing(path, deadline) as files:
                if files is None:
                    continue
                for key in wanted:
                    info = renew(self._format, files, slot_of(key.coord), at, validators)
                    if info is not None:
                        found[key] = info
        return found

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self.renew(keys, MARKED_STALE, None, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`; the bundle stays as large as it is."""
        for path, wanted in self._by_bundle(keys):
            with self._bundles.changing(path, deadline) as files:
                if files is None:
                    continue
                self._format.point(files, {slot_of(key.coord): None for key in wanted})

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`.

        Bundles without any tile go, with them what writers that were killed have left, and directories left empty.
        """
        for _, path in self._walk.bundles(z):
            if is_to_end():
                return
            if older_than is None:
                self._bundles.remove(path, deadline)
            else:
                self._bundles.remove_old(path, older_than, deadline, spare_unknown=spare_unknown)
        for path in self._walk.unfinished(z):
            # Whoever holds the lock of the bundle may be about to put the file in its place.
            with self._bundles.locks.try_hold(path) as is_left, missing_is_nothing("remove unfinished file", path):
                if is_left and (older_than is None or os.lstat(path).st_ctime < older_than):
                    os.unlink(path)
        for path in self._walk.lonely_indexes(z):
            self._bundles.remove(path, deadline)
        for path in self._walk.locks(z):
            self._bundles.locks.remove_if_free(path)

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`; damaged tiles are among them."""
        for bundle, path in self._walk.bundles(z, window):
            yield from self._tiles_of(bundle, path, window)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the bundle, and the place in it."""
        return f"{self._path_of(key)} (row {key.coord.y % SIDE}, column {key.coord.x % SIDE})"

    def _path_of(self, key: TileKey) -> str:
        coord, dimensions, variant = key
        try:
            if not dimensions and not variant:
                return self._path(coord)
            return f"{self._directory}/{dimension_directory(dimensions, variant)}/{self._path_below(coord)}"
        except ValueError as error:
            raise StoreError(str(error)) from error

    def _by_bundle(self, keys: Iterable[TileKey]) -> Sequence[tuple[str, Sequence[TileKey]]]:
        found: dict[tuple[object, ...], list[TileKey]] = {}
        for key in keys:
            (z, x, y), dimensions, variant = key
            found.setdefault((z, x // SIDE, y // SIDE, dimensions, variant), []).append(key)
        return [(self._path_of(some[0]), some) for some in found.values()]

    def _tiles_of(self, bundle: TileKey, path: str, window: TileWindow | None) -> Sequence[tuple[TileKey, TileInfo]]:
        """The tiles of a bundle that lie inside ``window``."""
        with self._bundles.reading(path) as files:
            if files is None:
                return []
            tiles = ((coord_in(bundle.coord, slot), tile.info) for slot, tile in all_known(self._format, files))
            return [(bundle._replace(coord=coord), info) for coord, info in tiles if _is_inside(coord, window)]


def _addition(tile: NewTile, at: float) -> Addition:
    ((_, x, y), _, _), body, _, validators, checksum, _ = tile
    record = NO_RECORD if validators is None and checksum is None else TileRecord(validators, checksum)
    return Addition(x % SIDE + y % SIDE * SIDE, body, at, record)


def _is_inside(coord: TileCoord, window: TileWindow | None) -> bool:
    return window is None or window.holds(coord.x, coord.y)

"""Tiles as single files in a directory, named as MapProxy names them (spec/caches.md, 3.1)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.storage.directories import missing_is_nothing, store_error
from tilekeep.adapters.storage.identical_tiles import FileIdentity, IdenticalTiles, renewed_together
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.renewal import renew_file
from tilekeep.adapters.storage.single_color_links import LinkKind, SingleColorLinks
from tilekeep.adapters.storage.stored_info import stored_info
from tilekeep.adapters.storage.tile_record import TileRecord, record_writer
from tilekeep.adapters.storage.tile_walk import FoundFile, TileWalk
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.dimension_path import dimension_directory
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.domain.tile_layout import TileLayout
from tilekeep.ports.tile_store import TileWindow, never

#: Links are told apart by the refusal to follow them, so that ordinary tiles need no further call for it; a pipe in
#: the place of a tile is empty instead of waited for.
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class FileTileStore:
    """One file for each tile; implements :class:`tilekeep.ports.tile_store.TileStore`.

    The time of a tile is the modification time of its file or symbolic link.  Nothing is kept in memory, so stores
    of several processes, MapProxy's among them, may share a directory.
    """

    def __init__(
        self,
        tile_set: TileSet,
        directory: str,
        layout: TileLayout,
        *,
        media_type: str | None,
        directory_permissions: int | None,
        file_permissions: int | None,
        link_single_color: LinkKind | None,
        shares_images: bool = False,
        dimension_names: Collection[str] | None = None,
    ) -> None:
        """Binds the store to a directory; touches nothing.

        Args:
            tile_set: gives the file extension.
            directory: directory of the cache, below which the layout begins.
            layout: how tiles are named.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
            directory_permissions: mode of new directories; None leaves it to the umask.
            file_permissions: mode of new files; None leaves it to the umask.
            link_single_color: how tiles of one colour share a file; None for not at all.
            shares_images: whether identical tiles that are stored together share a file.
            dimension_names: the only dimensions that ``list`` and ``remove_level`` look for; None for all.  To be
                given where other things may lie in the directory that look like a dimension.
        """
        self.tile_set = tile_set
        self._directory = directory
        self._layout = layout
        self._extension = tile_set.format
        self._path = layout.namer(f"{directory}/", tile_set.format)
        self._path_below = layout.namer("", tile_set.format)
        self._type_of = TileMediaType(media_type).of
        self._modes = FileModes(directory_permissions, file_permissions)
        self._links = link_single_color and SingleColorLinks(directory, tile_set.format, link_single_color, self._modes)
        self._shares_images = shares_images
        self._dimension_names = None if dimension_names is None else frozenset(dimension_names)

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`.  Four system calls for an ordinary tile."""
        coord, dimensions, variant = key
        try:
            path = self._keyed_path(key) if dimensions or variant else self._path(coord)
            descriptor = os.open(path, READ_FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                return self._read_link(path)
            raise store_error("read tile", path, error) from error
        except ValueError as error:
            raise StoreError(str(error)) from error
        try:
            status = os.fstat(descriptor)
            size = status.st_size
            body = os.read(descriptor, size)
        except OSError as error:
            raise store_error("read tile", path, error) from error
        finally:
            os.close(descriptor)
        if not size:
            return None
        return StoredTile(body, self._type_of(body, path), TileInfo(status.st_mtime, size))

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = {}
        for key in keys:
            tile = self.read(key)
            if tile is not None:
                found[key] = tile
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = {}
        for key in keys:
            info = self._info(self._path_of(key), with_record=with_records)
            if info is not None:
                found[key] = info
        return found

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`; a failing batch leaves a prefix of it stored."""
        shared = IdenticalTiles(at, self._modes) if self._shares_images and len(batch) > 1 else None
        return [self._write(tile, at, shared) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        found = {}
        together = self._renewed_together(keys)
        for key in keys:
            path = self._path_of(key)
            with missing_is_nothing("renew tile", path):
                info = renew_file(path, at, validators, self._modes, together)
                if info is not None:
                    found[key] = info
        return found

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self.renew(keys, MARKED_STALE, None, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`; directories stay."""
        for key in keys:
            path = self._path_of(key)
            with missing_is_nothing("remove tile", path):
                os.unlink(path)

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

        Unfinished files of the level go too, if they are as old, and so do directories left empty.
        """
        for file in self._walk(z, None, prune=True).files():
            if is_to_end():
                return
            with missing_is_nothing("remove tile", file.path):
                if older_than is None or is_older(_last_change(file), older_than, spare_unknown=spare_unknown):
                    os.unlink(file.path)

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`; the infos carry no tile record."""
        for file in self._walk(z, window, prune=False).files():
            info = None if file.unfinished else self._info(file.path, with_record=False)
            if info is not None:
                yield file.key, info

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the path of the file."""
        return self._path_of(key)

    def _walk(self, z: int, window: TileWindow | None, *, prune: bool) -> TileWalk:
        return TileWalk(self._directory, self._layout, self._extension, z, window, prune, self._dimension_names)

    def _path_of(self, key: TileKey) -> str:
        try:
            return self._keyed_path(key) if key.dimensions or key.variant else self._path(key.coord)
        except ValueError as error:
            raise StoreError(str(error)) from error

    def _keyed_path(self, key: TileKey) -> str:
        below = dimension_directory(key.dimensions, key.variant)
        return f"{self._directory}/{below}/{self._path_below(key.coord)}"

    def _read_link(self, path: str) -> StoredTile | None:
        """A tile behind a symbolic link: the time is the link's, the rest the file's."""
        try:
            link = os.lstat(path)
            descriptor = os.open(path, READ_FLAGS & ~os.O_NOFOLLOW)
            try:
                size = os.fstat(descriptor).st_size
                body = os.read(descriptor, size)
            finally:
                os.close(descriptor)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise store_error("read tile", path, error) from error
        return StoredTile(body, self._type_of(body, path), TileInfo(link.st_mtime, size)) if size else None

    def _info(self, path: str, *, with_record: bool) -> TileInfo | None:
        try:
            return stored_info(path, with_record=with_record)
        except OSError as error:
            raise store_error("look up tile", path, error) from error

    def _renewed_together(self, keys: Sequence[TileKey]) -> frozenset[FileIdentity]:
        if not self._shares_images:
            return frozenset()
        try:
            return renewed_together(map(self._path_of, keys))
        except OSError as error:
            raise store_error("renew tiles below", self._directory, error) from error

    def _write(self, tile: NewTile, at: float, shared: IdenticalTiles | None) -> TileInfo:
        path = self._path_of(tile.key)
        record = TileRecord(tile.validators, tile.checksum).encoded()
        try:
            # Other forms may have another size, and the shared file is named by its colour alone.
            if self._links and tile.single_color is not None and not tile.key.variant:
                info = self._links.write(path, tile.single_color, tile.body, at)
                if info is not None:
                    return info
            if shared is not None:
                status = shared.write(path, tile.body, record)
            else:
                status = put_in_place(path, new_file(tile.body, at, self._modes, record_writer(record)), self._modes)
        except OSError as error:
            raise store_error("store tile", path, error) from error
        return TileInfo(status.st_mtime, status.st_size)


def _last_change(file: FoundFile) -> float:
    """When a tile was stored; an unfinished file has the time its tile is to have, so its last change counts."""
    status = os.lstat(file.path)
    return status.st_ctime if file.unfinished else status.st_mtime

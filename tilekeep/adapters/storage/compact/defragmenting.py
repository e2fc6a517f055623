"""Writing bundles anew without what lies between their tiles (spec/util-deploy.md, 10)."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence

from tilekeep.adapters.atomic_files import TEMPORARY_MARK, FileModes, discard, put_in_place
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat, Damaged, Files
from tilekeep.adapters.storage.compact.bundle_lock import BundleLocks
from tilekeep.adapters.storage.compact.bundle_walk import BundleWalk
from tilekeep.adapters.storage.compact.bundles import Bundles
from tilekeep.adapters.storage.compact.changing import Addition, append
from tilekeep.adapters.storage.compact.opening import close_files, finish_replacing, pending_index
from tilekeep.adapters.storage.compact.own_mark import note_own_change, time_of_others
from tilekeep.adapters.storage.compact.reading import all_known, known
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.domain.bundle_layout import SIDE, TILES_PER_BUNDLE, bundle_at
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.ports.defragmenter import FileUse
from tilekeep.ports.tile_lock import TileLock

_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
#: Before each tile, its size.
_SIZE_WORD = 4


class BundleDefragmenter:
    """Implements :class:`tilekeep.ports.defragmenter.Defragmenter` for the bundles of a cache.

    The new file is on the disk before it takes the place of the old one.  In version 1 the index follows it; whoever
    reads in between notices, and waits.
    """

    def __init__(
        self,
        directory: str,
        bundle_format: BundleFormat,
        locks: Callable[[str], TileLock],
        *,
        dimension_names: Collection[str] | None = None,
    ) -> None:
        """Binds it to a directory; see :class:`~tilekeep.adapters.storage.compact.store.CompactTileStore`."""
        self._format = bundle_format
        self._walk = BundleWalk(directory, bundle_format, dimension_names)
        self._bundles = Bundles(bundle_format, BundleLocks(locks), FileModes(), TileMediaType(None))

    def files(self) -> Sequence[str]:
        """See :class:`~tilekeep.ports.defragmenter.Defragmenter`."""
        return sorted(self._walk.all_bundles())

    def use_of(self, file: str) -> FileUse | None:
        """See :class:`~tilekeep.ports.defragmenter.Defragmenter`."""
        with self._bundles.reading(file) as files:
            if files is None:
                return None
            self._format.check(files, os.fstat(files.data).st_size)
            used = self._format.empty_size
            for _, tile in all_known(self._format, files):
                used += _SIZE_WORD + tile.place.size + (0 if tile.trailer is None else tile.trailer.length)
            return FileUse(used, os.fstat(files.data).st_size)

    def defragment(self, file: str, deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.defragmenter.Defragmenter`."""
        with self._bundles.changing(file, deadline) as files:
            if files is None:
                return
            _remove_unfinished(file)
            if not self._format.places(files):
                self._bundles.remove_locked(file)
                return
            try:
                put_in_place(file, lambda temporary: self._write(files, file, temporary), FileModes())
            except BaseException:
                _remove_unfinished(file)  # An index that waits belongs to any file that gets the number of this one.
                raise
            finish_replacing(self._format, file)

    def _write(self, old: Files, path: str, temporary: str) -> None:
        """Writes the tiles of an open bundle to the file ``temporary``, and to the index that will belong to it."""
        like = os.fstat(old.data)
        data = os.open(temporary, _NEW_FILE, 0o600)
        new, index = Files(data, data), ""
        try:
            index = pending_index(self._format, path, os.fstat(data))
            _write_all(data, self._format.empty_data(bundle_at(path)))
            if self._format.index_ending != self._format.data_ending:
                new = Files(data, os.open(index, _NEW_FILE, 0o600))
                _write_all(new.entries, self._format.empty_index())
            for row in self._rows(old):
                append(self._format, new, row)
            for descriptor in set(new):
                _finish(descriptor, like)
            note_own_change(data, time_of_others(old.data))
        except BaseException:
            discard(index)
            raise
        finally:
            close_files(new)

    def _rows(self, files: Files) -> Iterator[Sequence[Addition]]:
        """The tiles of an open bundle, row by row.

        :raises Damaged: one of them is, so that nothing can be said to be complete.
        """
        places = self._format.places(files)
        for first in range(0, TILES_PER_BUNDLE, SIDE):
            row = [self._addition(files, slot) for slot in range(first, first + SIDE) if slot in places]
            if row:
                yield row

    def _addition(self, files: Files, slot: int) -> Addition:
        found, tile = self._format.read(files, slot, 0), known(self._format, files, slot)
        if found is None or tile is None:
            raise Damaged(f"the tile in row {slot // SIDE} and column {slot % SIDE} is cut off")
        data, start, size = found
        return Addition(slot, data[start : start + size], tile.stored_at, tile.record)


def _remove_unfinished(path: str) -> None:
    """Removes what others that were killed have left of a bundle, whose lock is held."""
    directory, name = os.path.split(path)
    stem = name.partition(".")[0]
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.startswith(f"{stem}.") and TEMPORARY_MARK in entry.name:
                discard(entry.path)


def _write_all(descriptor: int, content: bytes) -> None:
    written = os.write(descriptor, content)
    while written < len(content):
        written += os.write(descriptor, memoryview(content)[written:])


def _finish(descriptor: int, like: os.stat_result) -> None:
    """Gives a file the owner and permissions of another one, and has it on the disk."""
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
    os.fsync(descriptor)

"""Version 1: a file of tiles and one of offsets; the size of a tile stands before its bytes (spec/caches.md, 3.5)."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from tilekeep.adapters.storage.compact.bundle_format import (
    MOST_PER_SLOT,
    USER_HEADER_SIZE_1,
    USER_HEADER_SIZE_2,
    Damaged,
    Files,
    Place,
    one_by_one,
    runs,
)
from tilekeep.domain.bundle_layout import SIDE, TILES_PER_BUNDLE
from tilekeep.domain.tile import TileCoord

_HEADER = struct.Struct("<4I3Q5I")
_SIZE = struct.Struct("<I")
_INDEX_HEADER = struct.pack("<4I", 3, 16, TILES_PER_BUNDLE, 5)
_INDEX_FOOTER = struct.pack("<4I", 0, 16, 16, 0)
_ENTRY_SIZE = 5
_INDEX_SIZE = len(_INDEX_HEADER) + TILES_PER_BUNDLE * _ENTRY_SIZE + len(_INDEX_FOOTER)

#: Most tiles are read with the word that tells their size; larger ones take a second look.
_MOST_TILES = 16_384


class BundleVersion1:
    """Implements :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`.

    Index entries stand column by column.
    """

    version = 1
    data_ending = "bundle"
    index_ending = "bundlx"
    empty_size = _HEADER.size + TILES_PER_BUNDLE * _SIZE.size
    #: A tile has to be smaller.
    size_limit = 1 << 32

    def empty_data(self, bundle: TileCoord) -> bytes:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        rows_and_columns = (bundle.y, bundle.y + SIDE - 1, bundle.x, bundle.x + SIDE - 1)
        # The largest tile is 16, there is none yet: four times 0.
        header = _HEADER.pack(3, TILES_PER_BUNDLE, 16, 5, 0, self.empty_size, 40, USER_HEADER_SIZE_1, *rows_and_columns)
        return header + bytes(TILES_PER_BUNDLE * _SIZE.size)

    def empty_index(self) -> bytes:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`: each entry has an empty tile."""
        return _empty_index()

    def check(self, files: Files, size: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        self.check_data(files.data, size)
        if os.fstat(files.entries).st_size < _INDEX_SIZE - len(_INDEX_FOOTER):
            raise Damaged("its index is cut off")
        if os.pread(files.entries, 4, 0) != _INDEX_HEADER[:4]:
            raise Damaged("its index has no header of a version 1 index")

    def check_data(self, descriptor: int, size: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        header = os.pread(descriptor, _HEADER.size, 0)
        if len(header) < _HEADER.size:
            raise Damaged("its header is cut off")
        version, records, _, offset_size, _, _, _, user_header_size = _HEADER.unpack(header)[:8]
        if (version, records, offset_size) != (3, TILES_PER_BUNDLE, 5):
            raise Damaged("it has no header of a version 1 bundle")
        if user_header_size == USER_HEADER_SIZE_2:
            raise Damaged("it is a bundle of version 2, and version: 1 is configured")
        if size < self.empty_size:
            raise Damaged("it is cut off")

    def place(self, files: Files, slot: int) -> Place | None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        offset = self._offset(files, slot)
        if not offset:
            return None
        size = os.pread(files.data, _SIZE.size, offset)
        if len(size) < _SIZE.size:
            raise Damaged("it ends before the tile begins")
        (found,) = _SIZE.unpack(size)
        return Place(offset + _SIZE.size, found) if found else None

    def places(self, files: Files) -> dict[int, Place]:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        index = os.pread(files.entries, _INDEX_SIZE, 0)
        if len(index) < _INDEX_SIZE - len(_INDEX_FOOTER):
            raise Damaged("its index is cut off")
        found = {}
        for x in range(SIDE):
            start, end = _entry(x), _entry(x) + SIDE * _ENTRY_SIZE
            # Most columns of most bundles are as empty as in a new one.
            if index[start:end] == _empty_index()[start:end]:
                continue
            for y in range(SIDE):
                slot = x + y * SIDE
                offset = int.from_bytes(index[_entry(slot) : _entry(slot) + _ENTRY_SIZE], "little")
                size = os.pread(files.data, _SIZE.size, offset) if offset else bytes(_SIZE.size)
                if len(size) < _SIZE.size:
                    found[slot] = Place(offset + _SIZE.size, 0)
                elif size != bytes(_SIZE.size):
                    found[slot] = Place(offset + _SIZE.size, int.from_bytes(size, "little"))
        return found

    def read(self, files: Files, slot: int, more: int) -> tuple[bytes, int, int] | None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`.  Mostly two system calls."""
        return self._read(files.data, self._offset(files, slot), more)

    def read_many(self, files: Files, slots: Collection[int], more: int) -> Iterator[tuple[int, bytes, int, int]]:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        entries = [(_entry(slot), slot) for slot in slots]
        first = min(entries)[0]
        length = max(entries)[0] + _ENTRY_SIZE - first
        if length > MOST_PER_SLOT * len(slots):
            yield from one_by_one(self, files, slots, more)
            return
        index = os.pread(files.entries, length, first)
        if len(index) < length:
            raise Damaged("its index is cut off")
        for entry, slot in entries:
            offset = int.from_bytes(index[entry - first : entry - first + _ENTRY_SIZE], "little")
            found = self._read(files.data, offset, more)
            if found is not None:
                yield slot, *found

    def point(self, files: Files, places: Mapping[int, Place | None]) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        for first, run in runs({_number(slot): place for slot, place in places.items()}):
            offsets = [0 if place is None else place.offset - _SIZE.size for place in run]
            entries = b"".join(offset.to_bytes(_ENTRY_SIZE, "little") for offset in offsets)
            os.pwrite(files.entries, entries, len(_INDEX_HEADER) + first * _ENTRY_SIZE)

    def update_header(self, files: Files, sizes: Mapping[int, int], end: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        fields = list(_HEADER.unpack(os.pread(files.data, _HEADER.size, 0)))
        fields[2] = max(fields[2], *sizes.values())
        fields[4] += 4 * sum(self._is_empty(files, offset) for offset in self._offsets(files, sizes))
        fields[5] = end
        os.pwrite(files.data, _HEADER.pack(*fields), 0)

    def _read(self, descriptor: int, offset: int, more: int) -> tuple[bytes, int, int] | None:
        """What :meth:`read` gives for an offset of the index."""
        if not offset:
            return None
        found = os.pread(descriptor, _MOST_TILES, offset)
        if len(found) < _SIZE.size:
            raise Damaged("it ends before the tile begins")
        size = int.from_bytes(found[: _SIZE.size], "little")
        if not size:
            return None
        if offset < self.empty_size:
            raise Damaged("the index leads to where no tiles are")
        length = _SIZE.size + size
        if length + more > len(found) == _MOST_TILES:
            if length > os.fstat(descriptor).st_size - offset:
                raise Damaged("it ends before the tile does")
            found += os.pread(descriptor, length + more - len(found), offset + len(found))
        if len(found) < length:
            raise Damaged("it ends before the tile does")
        return found, _SIZE.size, size

    def _is_empty(self, files: Files, offset: int) -> bool:
        """Whether nothing is counted for a slot: a tile that is removed, or cut off, is counted again."""
        if offset < self.empty_size:
            return True
        size = os.pread(files.data, _SIZE.size, offset)
        return len(size) < _SIZE.size or size == bytes(_SIZE.size)

    def _offsets(self, files: Files, slots: Iterable[int]) -> Iterator[int]:
        """Where the index leads from each slot, in the order of its entries; 0 where the index is cut off."""
        for first, run in runs(dict.fromkeys(map(_number, slots))):
            entries = os.pread(files.entries, len(run) * _ENTRY_SIZE, len(_INDEX_HEADER) + first * _ENTRY_SIZE)
            for start in range(0, len(run) * _ENTRY_SIZE, _ENTRY_SIZE):
                yield int.from_bytes(entries[start : start + _ENTRY_SIZE], "little")

    def _offset(self, files: Files, slot: int) -> int:
        entry = os.pread(files.entries, _ENTRY_SIZE, _entry(slot))
        if len(entry) < _ENTRY_SIZE:
            raise Damaged("its index is cut off")
        return int.from_bytes(entry, "little")


@cache
def _empty_index() -> bytes:
    entries = (_HEADER.size + number * _SIZE.size for number in range(TILES_PER_BUNDLE))
    return _INDEX_HEADER + b"".join(entry.to_bytes(_ENTRY_SIZE, "little") for entry in entries) + _INDEX_FOOTER


def _entry(slot: int) -> int:
    """Where the index entry of a slot begins."""
    return len(_INDEX_HEADER) + _number(slot) * _ENTRY_SIZE


def _number(slot: int) -> int:
    """The number of the index entry of a slot."""
    y, x = divmod(slot, SIDE)
    return x * SIDE + y

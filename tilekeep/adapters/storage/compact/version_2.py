"""Version 2: one file with header, index and tiles; an index entry has offset and size (spec/caches.md, 3.5)."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Iterator, Mapping

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
from tilekeep.domain.bundle_layout import TILES_PER_BUNDLE
from tilekeep.domain.tile import TileCoord

_HEADER = struct.Struct("<4I3Q6I")
_INDEX = struct.Struct(f"<{TILES_PER_BUNDLE}Q")
_ENTRY = struct.Struct("<Q")
_SIZE = struct.Struct("<I")
#: The part of the header that changes: largest tile, offset size, slack, file size.
_CHANGING = struct.Struct("<IIQQ")

_VERSION, _OFFSET_SIZE = 3, 5
_USER_HEADER = 40
_AT_LARGEST = 8
_FIRST_ENTRY = _HEADER.size
_OFFSET_BITS = 40
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
#: What ArcGIS writes for a tile that is not there: a size of 0 behind an offset of 4.
_NO_TILE = 4


class BundleVersion2:
    """Implements :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`.

    The number of a slot is also that of its index entry.
    """

    version = 2
    data_ending = "bundle"
    index_ending = "bundle"
    empty_size = _HEADER.size + _INDEX.size
    #: A tile has to be smaller.
    size_limit = 1 << 24

    def empty_data(self, bundle: TileCoord) -> bytes:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        header = _HEADER.pack(
            _VERSION,
            TILES_PER_BUNDLE,
            0,  # largest tile
            _OFFSET_SIZE,
            0,  # slack
            self.empty_size,
            _USER_HEADER,
            USER_HEADER_SIZE_2,
            3,
            16,
            TILES_PER_BUNDLE,
            5,
            _INDEX.size,
        )
        return header + _ENTRY.pack(_NO_TILE) * TILES_PER_BUNDLE

    def empty_index(self) -> bytes:
        """Nothing."""
        return b""

    def check(self, files: Files, size: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        self.check_data(files.data, size)

    def check_data(self, descriptor: int, size: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        header = os.pread(descriptor, _HEADER.size, 0)
        if len(header) < _HEADER.size:
            raise Damaged("its header is cut off")
        version, records, _, offset_size, _, _, _, user_header_size = _HEADER.unpack(header)[:8]
        if (version, records, offset_size) != (_VERSION, TILES_PER_BUNDLE, _OFFSET_SIZE):
            raise Damaged("it has no header of a version 2 bundle")
        if user_header_size == USER_HEADER_SIZE_1:
            raise Damaged("it is a bundle of version 1, and version: 2 is configured")
        if size < self.empty_size:
            raise Damaged("its index is cut off")

    def place(self, files: Files, slot: int) -> Place | None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        entry = os.pread(files.data, _ENTRY.size, _HEADER.size + slot * _ENTRY.size)
        if len(entry) < _ENTRY.size:
            raise Damaged("its index is cut off")
        value = int.from_bytes(entry, "little")
        size = value >> _OFFSET_BITS
        return Place(value & _OFFSET_MASK, size) if size else None

    def places(self, files: Files) -> dict[int, Place]:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        index = os.pread(files.data, _INDEX.size, _HEADER.size)
        if len(index) < _INDEX.size:
            raise Damaged("its index is cut off")
        return {
            slot: Place(value & _OFFSET_MASK, value >> _OFFSET_BITS)
            for slot, value in enumerate(_INDEX.unpack(index))
            if value > _OFFSET_MASK
        }

    def read(self, files: Files, slot: int, more: int) -> tuple[bytes, int, int] | None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`.  Two system calls."""
        descriptor = files.data
        entry = os.pread(descriptor, 8, _FIRST_ENTRY + slot * 8)
        if len(entry) < _ENTRY.size:
            raise Damaged("its index is cut off")
        return self._read(descriptor, entry, more)

    def read_many(self, files: Files, slots: Collection[int], more: int) -> Iterator[tuple[int, bytes, int, int]]:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        descriptor = files.data
        first = min(slots)
        length = 8 * (max(slots) + 1 - first)
        if length > MOST_PER_SLOT * len(slots):
            yield from one_by_one(self, files, slots, more)
            return
        index = os.pread(descriptor, length, _FIRST_ENTRY + 8 * first)
        for slot in slots:
            at = 8 * (slot - first)
            entry = index[at : at + 8]
            if len(entry) < _ENTRY.size:
                raise Damaged("its index is cut off")
            found = self._read(descriptor, entry, more)
            if found is not None:
                yield slot, *found

    def point(self, files: Files, places: Mapping[int, Place | None]) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        for first, run in runs(places):
            values = [0 if place is None else place.offset | place.size << _OFFSET_BITS for place in run]
            os.pwrite(files.data, b"".join(map(_ENTRY.pack, values)), _FIRST_ENTRY + first * _ENTRY.size)

    def update_header(self, files: Files, sizes: Mapping[int, int], end: int) -> None:
        """See :class:`~tilekeep.adapters.storage.compact.bundle_format.BundleFormat`."""
        largest, offset_size, slack, _ = _CHANGING.unpack(os.pread(files.data, _CHANGING.size, _AT_LARGEST))
        changed = _CHANGING.pack(max(largest, *sizes.values()), offset_size, slack, end)
        os.pwrite(files.data, changed, _AT_LARGEST)

    def _read(self, descriptor: int, entry: bytes, more: int) -> tuple[bytes, int, int] | None:
        """What :meth:`read` gives for an entry of the index."""
        value = int.from_bytes(entry, "little")
        size = value >> _OFFSET_BITS
        if not size:
            return None
        offset = value & _OFFSET_MASK
        if offset < self.empty_size:
            raise Damaged("the index leads into itself")
        found = os.pread(descriptor, 4 + size + more, offset - 4)
        if len(found) < _SIZE.size + size:
            raise Damaged("it ends before the tile does")
        if found[:4] != size.to_bytes(4, "little"):
            raise Damaged("something else lies where the tile should be")
        return found, 4, size

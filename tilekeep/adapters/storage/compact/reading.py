"""Reading the tiles of an open bundle, and what is known of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilekeep.adapters.storage.compact.bundle_format import BundleFormat, Damaged, Files, Place
from tilekeep.adapters.storage.compact.own_mark import time_of_others
from tilekeep.adapters.storage.compact.trailer import TRAILER_SIZE, Trailer, found_record, found_trailer, slot_and_time
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord
from tilekeep.domain.bundle_layout import slot_of
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import StoredTile, TileCoord, TileInfo

#: Most records are read with the trailer; longer ones take a second look.
_MOST_RECORDS = 1024


class Known(NamedTuple):
    """What a bundle knows of one of its tiles; ``trailer`` is None for those of other programs."""

    place: Place
    stored_at: float
    trailer: Trailer | None = None
    record: TileRecord = NO_RECORD

    @property
    def info(self) -> TileInfo:
        """The same for users of the store."""
        return TileInfo(self.stored_at, self.place.size, self.record.validators, self.record.checksum)


def read_tile(format_: BundleFormat, files: Files, coord: TileCoord, expected: TileMediaType) -> StoredTile | None:
    """The tile at ``coord``, or None if the bundle does not have it.

    :raises OSError: as the system does.
    :raises Damaged: what lies there is no tile, another one, or only a part of it.
    """
    slot = slot_of(coord)
    try:
        found = format_.read(files, slot, TRAILER_SIZE)
        return None if found is None else _tile(files, slot, *found, expected)
    except Damaged as damage:
        raise Damaged(f"tile {coord.z}/{coord.x}/{coord.y}: {damage}") from None
    except StoreError:
        # The bundle must not be removed for one of its tiles, as this message says.
        raise Damaged(f"tile {coord.z}/{coord.x}/{coord.y}: it is no image") from None


def read_tiles(
    format_: BundleFormat, files: Files, coords: Sequence[TileCoord], expected: TileMediaType
) -> list[StoredTile | None]:
    """As :func:`read_tile`, for each of ``coords``, in their order."""
    if len(coords) > 1:
        slots = [slot_of(coord) for coord in coords]
        found = {}
        # What is damaged is found again by looking at one tile after the other, which also says where.
        with contextlib.suppress(Damaged, StoreError):
            for slot, data, start, size in format_.read_many(files, set(slots), TRAILER_SIZE):
                found[slot] = _tile(files, slot, data, start, size, expected)
            return [found.get(slot) for slot in slots]
    return [read_tile(format_, files, coord, expected) for coord in coords]


def known(format_: BundleFormat, files: Files, slot: int) -> Known | None:
    """What is known of the tile in ``slot``, with its record, without its bytes; None if there is none.

    :raises OSError: as the system does.
    :raises Damaged: the index or the tile is cut off.
    """
    place = format_.place(files, slot)
    if place is None:
        return None
    end = place.offset + place.size
    found = os.pread(files.data, TRAILER_SIZE + _MOST_RECORDS, end)
    trailer = _trailer_of(slot, found)
    if trailer is None:
        return Known(place, time_of_others(files.data))
    if trailer.length > len(found):
        found = os.pread(files.data, trailer.length, end)
    return Known(place, trailer.stored_at, trailer, found_record(found, trailer))


def all_known(format_: BundleFormat, files: Files) -> Iterator[tuple[int, Known]]:
    """The slots of all tiles, and what is known of them, without their records.

    :raises OSError: as the system does.
    :raises Damaged: the index is cut off.
    """
    others = time_of_others(files.data)
    for slot, place in format_.places(files).items():
        trailer = _trailer_of(slot, os.pread(files.data, TRAILER_SIZE, place.offset + place.size))
        yield slot, Known(place, others if trailer is None else trailer.stored_at, trailer)


def _trailer_of(slot: int, found: bytes) -> Trailer | None:
    trailer = found_trailer(found)
    return trailer if trailer is not None and trailer.slot == slot else None


def _tile(files: Files, slot: int, data: bytes, start: int, size: int, expected: TileMediaType) -> StoredTile:
    """The tile of ``size`` bytes that begins at ``start`` of ``data``, with its trailer, if it has one, behind it.

    :raises Damaged: it is another one than that of ``slot``.
    :raises StoreError: it is no image.
    """
    end = start + size
    body = data[start:end]
    media_type = expected.of(body, "it")
    trailer = slot_and_time(data, end)
    if trailer is None:
        return StoredTile(body, media_type, TileInfo(_time_without_trailer(files), size))
    found_slot, stored_at = trailer
    if found_slot != slot:
        raise Damaged("another tile lies in its place")
    return StoredTile(body, media_type, TileInfo(stored_at, size))


def _time_without_trailer(files: Files) -> float:
    """The time of a tile of another program.

    :raises Damaged: index and tiles may not belong together, as the bundle is being replaced.
    """
    if files.entries != files.data and not os.fstat(files.entries).st_nlink:
        raise Damaged("the bundle was replaced")
    return time_of_others(files.data)

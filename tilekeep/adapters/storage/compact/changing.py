"""Changing a bundle whose lock is held, so that readers without a lock see whole tiles at any moment.

Tiles are appended, and only when all of them are written does the index lead to them: whoever is killed in between
leaves bytes that nobody looks at.  Nothing is flushed to the disk, as in the file store: after a loss of power the
index may lead to bytes that were never written, which is noticed by the word in front of each tile.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.adapters.storage.compact.bundle_format import BundleFormat, Damaged, Files, Place
from tilekeep.adapters.storage.compact.reading import all_known, known
from tilekeep.adapters.storage.compact.trailer import TIME_OFFSET, encoded_time, encoded_trailer
from tilekeep.adapters.storage.tile_record import TileRecord
from tilekeep.domain.staleness import is_older
from tilekeep.domain.tile import TileInfo, Validators

#: So many parts are written by one call; IOV_MAX is 1024 on Linux, the BSDs and macOS.
_MOST_PARTS = 1024


class Addition(NamedTuple):
    """A tile to be appended; ``stored_at`` in POSIX seconds."""

    slot: int
    body: bytes
    stored_at: float
    record: TileRecord


def append(format_: BundleFormat, files: Files, tiles: Sequence[Addition]) -> None:
    """Stores tiles; of several in one slot the last.

    :raises OSError: the disk is full, or the system says no; then the bundle is as before.
    :raises Damaged: a tile is too large for the format.
    """
    start = end = os.fstat(files.data).st_size
    parts: list[bytes] = []
    places: dict[int, Place] = {}
    sizes: dict[int, int] = {}
    limit = format_.size_limit
    for slot, body, at, record in tiles:
        size = len(body)
        if size >= limit:
            raise Damaged(f"it has no room for a tile of {size} bytes")
        trailer = encoded_trailer(slot, at, record)
        parts += size.to_bytes(4, "little"), body, trailer
        places[slot] = Place(end + 4, size)
        sizes[slot] = size
        end += 4 + size + len(trailer)
    _write_at_end(files.data, parts, start)
    format_.update_header(files, sizes, end)
    format_.point(files, places)


def renew(format_: BundleFormat, files: Files, slot: int, at: float, validators: Validators | None) -> TileInfo | None:
    """Gives a tile the time ``at`` and, unless None, other validators; None if it is not stored.

    A tile that has no room for them, as it came from another program or has another record, is appended once more.

    :raises OSError: as :func:`append`.
    :raises Damaged: the tile is cut off, or something else lies in its place.
    """
    tile = known(format_, files, slot)
    if tile is None:
        return None
    record = tile.record if validators is None else tile.record._replace(validators=validators)
    if tile.trailer is not None and record == tile.record:
        os.pwrite(files.data, encoded_time(at), tile.place.offset + tile.place.size + TIME_OFFSET)
    else:
        found = format_.read(files, slot, 0)
        if found is None:
            return None
        data, start, size = found
        append(format_, files, [Addition(slot, data[start : start + size], at, record)])
    renewed = known(format_, files, slot)
    return None if renewed is None else renewed.info


def remove_old(format_: BundleFormat, files: Files, older_than: float, *, spare_unknown: bool) -> bool:
    """Removes the tiles stored before ``older_than``; tells whether none is left."""
    tiles = list(all_known(format_, files))
    old = [slot for slot, tile in tiles if is_older(tile.stored_at, older_than, spare_unknown=spare_unknown)]
    format_.point(files, dict.fromkeys(old))
    return len(old) == len(tiles)


def _write_at_end(descriptor: int, parts: list[bytes], start: int) -> None:
    written = 0
    try:
        for first in range(0, len(parts), _MOST_PARTS):
            some = parts[first : first + _MOST_PARTS]
            whole = written + sum(map(len, some))
            written += os.pwritev(descriptor, some, start + written)
            if written < whole:
                rest = memoryview(b"".join(some))[written - whole :]
                while written < whole:
                    written += os.pwrite(descriptor, rest[written - whole :], start + written)
    except OSError:
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_size == start + written:
                os.ftruncate(descriptor, start)
        raise

"""Writing an archive: clustered, each tile once, whole or not at all.

Tiles may come in any order.  They are spooled to the disk beside the archive, so that memory does not grow with their
number.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import gzip
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from tilekeep.adapters.atomic_files import TEMPORARY_MARK, FileModes, put_in_place
from tilekeep.adapters.directories import make_directories
from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.pmtiles.directory import Entry, encoded_directory
from tilekeep.adapters.storage.pmtiles.header import FIRST_BYTES, GZIP, HEADER_BYTES, NONE, TILE_TYPES, Header
from tilekeep.adapters.storage.pmtiles.spool import Summary, TileSpool
from tilekeep.adapters.storage.pmtiles.tile_ids import coord_of, tile_id
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileCoord

#: Entries of a leaf, unless there are so many that the root would become too large.
_LEAF_ENTRIES = 4096

_ANY_MODES = FileModes()

_WORLD = BBox(-180.0, -85.0511287798066, 180.0, 85.0511287798066)


@dataclass(frozen=True, slots=True)
class ArchiveDescription:
    """What an archive says of its tiles.

    :ivar media_type: of the tiles.
    :ivar bounds: the area with data: west, south, east, north in degrees.
    :ivar compress: whether tiles are compressed by gzip, as those of vectors should be.
    :ivar metadata: for readers, such as ``name`` and ``attribution``; of vector tiles ``vector_layers`` is wanted.
    """

    media_type: str
    bounds: BBox = _WORLD
    compress: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)


def write_archive(
    path: str,
    tiles: Iterable[tuple[TileCoord, bytes]],
    description: ArchiveDescription,
    modes: FileModes = _ANY_MODES,
) -> Header:
    """Makes the archive ``path`` of XYZ tiles; of two for one place the later stays.  Gives its header.

    Readers see the archive before, or the new one.

    :raises StoreError: there is no tile, or nothing can be written.
    """
    if description.media_type not in TILE_TYPES:
        known = ", ".join(TILE_TYPES)
        raise StoreError(f"an archive cannot hold {description.media_type}, only one of {known}")
    directory = os.path.dirname(path) or "."
    try:
        make_directories(directory, modes.directory)
        _remove_unfinished(path)
        with TileSpool(directory) as spool, tempfile.TemporaryFile(dir=directory) as leaves:
            for coord, body in tiles:
                spool.add(tile_id(coord), gzip.compress(body, mtime=0) if description.compress else body)
            summary = spool.arrange()
            if not summary.entries:
                raise StoreError("there is no tile to make an archive of")

            def make(temporary: str) -> Header:
                return _written(temporary, spool, summary, leaves, description, modes)

            return put_in_place(path, make, modes)
    except OSError as error:
        raise store_error("write", path, error) from error


def _written(
    temporary: str,
    spool: TileSpool,
    summary: Summary,
    leaves: IO[bytes],
    description: ArchiveDescription,
    modes: FileModes,
) -> Header:
    root = _directories(spool, leaves, summary.entries)
    metadata = gzip.compress(json.dumps(dict(description.metadata)).encode(), mtime=0)
    leaves_length = leaves.tell()
    low, high = coord_of(summary.first).z, coord_of(summary.last).z
    west, south, east, north = (round(degrees * 1e7) for degrees in description.bounds)
    metadata_offset = HEADER_BYTES + len(root)
    leaves_offset = metadata_offset + len(metadata)
    header = Header(
        root_offset=HEADER_BYTES,
        root_length=len(root),
        metadata_offset=metadata_offset,
        metadata_length=len(metadata),
        leaves_offset=leaves_offset,
        leaves_length=leaves_length,
        data_offset=leaves_offset + leaves_length,
        data_length=summary.bytes,
        addressed_tiles=summary.tiles,
        tile_entries=summary.entries,
        tile_contents=summary.contents,
        clustered=1,
        internal_compression=GZIP,
        tile_compression=GZIP if description.compress else NONE,
        tile_type=TILE_TYPES[description.media_type],
        min_zoom=low,
        max_zoom=high,
        min_lon_e7=west,
        min_lat_e7=south,
        max_lon_e7=east,
        max_lat_e7=north,
        center_zoom=low,
        center_lon_e7=(west + east) // 2,
        center_lat_e7=(south + north) // 2,
    )
    with open(temporary, "xb") as file:
        with contextlib.suppress(OSError):  # Not every file system has such locks.
            fcntl.flock(file, fcntl.LOCK_EX)
        if modes.file is not None:
            os.fchmod(file.fileno(), modes.file)
        file.write(header.encoded() + root + metadata)
        leaves.seek(0)
        shutil.copyfileobj(leaves, file)
        file.writelines(spool.bodies())
        file.flush()
        os.fsync(file.fileno())
    return header


def _remove_unfinished(path: str) -> None:
    """Removes what others that were killed have left, which is large; those that live hold a lock on theirs."""
    for left_over in glob.iglob(f"{glob.escape(path)}{TEMPORARY_MARK}*"):
        with contextlib.suppress(OSError), open(left_over, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(left_over)


def _directories(spool: TileSpool, leaves: IO[bytes], count: int) -> bytes:
    """The root directory; leaves, if there are too many entries for one, go to ``leaves``."""
    most = FIRST_BYTES - HEADER_BYTES
    if count <= _LEAF_ENTRIES:
        root = encoded_directory(list(spool.entries()))
        if len(root) <= most:
            return root
    size = _LEAF_ENTRIES
    while True:
        leaves.seek(0)
        leaves.truncate()
        root = encoded_directory([_leaf(chunk, leaves) for chunk in _chunks(spool.entries(), size)])
        if len(root) <= most:
            return root
        size *= 2


def _leaf(entries: list[Entry], leaves: IO[bytes]) -> Entry:
    body = encoded_directory(entries)
    offset = leaves.tell()
    leaves.write(body)
    return Entry(entries[0].first, offset, len(body), 0)


def _chunks(entries: Iterator[Entry], size: int) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

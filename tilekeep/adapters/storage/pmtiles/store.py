"""A tile store in a PMTiles archive, which is only read (own addition)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NoReturn

from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.pmtiles.archive import Archive
from tilekeep.adapters.storage.pmtiles.current_archive import CurrentArchive
from tilekeep.adapters.storage.pmtiles.directory import Entry
from tilekeep.adapters.storage.pmtiles.header import GZIP
from tilekeep.adapters.storage.pmtiles.http_ranges import HttpRanges
from tilekeep.adapters.storage.pmtiles.local_ranges import LocalRanges
from tilekeep.adapters.storage.pmtiles.tile_ids import coord_of, first_id, tile_id
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, StoredTile, TileCoord, TileInfo, TileKey, TileSet, Validators
from tilekeep.domain.xyz import XyzLevels
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.tile_store import TileWindow, never

#: Tiles of an entry that are looked at at a time when a level is listed.
_LISTED_AT_ONCE = 4096


class PmtilesTileStore:
    """Tiles of an archive; implements :class:`tilekeep.ports.tile_store.TileStore`, and refuses all changes.

    All tiles have the time of the archive.  An archive that is not there has no tiles; one that is replaced is read
    anew.  Tiles of dimensions are never in an archive.
    """

    def __init__(self, tile_set: TileSet, archive: CurrentArchive, levels: XyzLevels) -> None:
        """Binds the store to an archive; touches nothing.

        Args:
            tile_set: whose tiles they are.
            archive: where they lie.
            levels: what the tiles of the grid are called there.
        """
        self.tile_set = tile_set
        self._archive = archive
        self._levels = levels

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        xyz = self._xyz(key)
        if xyz is None:
            return None
        return self._archive.use(partial(self._read, tile_id(xyz), key, deadline), deadline)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = ((key, self.read(key, deadline)) for key in keys)
        return {key: tile for key, tile in found if tile is not None}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; the size of a compressed tile shows when it is read."""
        wanted = [(key, tile_id(xyz)) for key in keys if (xyz := self._xyz(key)) is not None]

        def look(archive: Archive) -> dict[TileKey, TileInfo]:
            found = ((key, archive.find(number, deadline)) for key, number in wanted)
            return {key: _info(archive, entry, deadline) for key, entry in found if entry is not None and entry.length}

        return self._archive.use(look, deadline) or {}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """Refused.

        :raises StoreError: always, if there is anything to store.
        """
        return self._refuse() if batch else []

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """Refused, as :meth:`write`."""
        return self._refuse() if keys else {}

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Refused, as :meth:`write`."""
        if keys:
            self._refuse()

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Refused, as :meth:`write`."""
        if list(keys):
            self._refuse()

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """Refused, as :meth:`write`."""
        self._refuse()

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`."""
        if not 0 <= z < len(self._levels.firsts):
            return
        zoom = self._levels.firsts[z].z
        behind, end = first_id(zoom), first_id(zoom + 1) - 1
        while behind <= end:
            page = self._archive.use(partial(_page, behind, end, deadline), deadline)
            if not page:
                return
            for number, info in page:
                coord = self._levels.coord(z, coord_of(number))
                if coord.x >= 0 and coord.y >= 0 and (window is None or window.holds(coord.x, coord.y)):
                    yield TileKey(coord), info
            behind = page[-1][0] + 1

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the archive and the XYZ tile."""
        xyz = self._xyz(key)
        return self._archive.place + (" has no such tile" if xyz is None else f": {xyz.z}/{xyz.x}/{xyz.y}")

    def _xyz(self, key: TileKey) -> TileCoord | None:
        coord, dimensions, variant = key
        return None if dimensions or variant else self._levels.xyz(coord)

    def _read(self, number: int, key: TileKey, deadline: Deadline, archive: Archive) -> StoredTile | None:
        entry = archive.find(number, deadline)
        if entry is None:
            return None
        body, stored_at = archive.tile(entry, deadline)
        if not body:
            return None
        media_type = TileMediaType(archive.header.media_type).of_tile(body, key, self.locate)
        return StoredTile(body, media_type, TileInfo(stored_at, len(body)))

    def _refuse(self) -> NoReturn:
        raise StoreError(f"{self._archive.place} is an archive, which is only read; store tiles elsewhere")


def pmtiles_file(*, tile_set: TileSet, path: str, levels: XyzLevels) -> PmtilesTileStore:
    """The tiles of an archive on this machine."""
    return PmtilesTileStore(tile_set, CurrentArchive(LocalRanges(path)), levels)


def pmtiles_url(*, tile_set: TileSet, url: str, client: HttpClient, levels: XyzLevels) -> PmtilesTileStore:
    """The tiles of an archive on a web server; ``url`` is without credentials, which are those of ``client``."""
    return PmtilesTileStore(tile_set, CurrentArchive(HttpRanges(url, client)), levels)


def _info(archive: Archive, entry: Entry, deadline: Deadline) -> TileInfo:
    if archive.header.tile_compression == GZIP:
        return TileInfo(archive.stored_at, len(archive.tile(entry, deadline).body))
    return TileInfo(archive.stored_at, entry.length)


def _page(first: int, last: int, deadline: Deadline, archive: Archive) -> list[tuple[int, TileInfo]]:
    """Some tiles from number ``first`` on."""
    found: list[tuple[int, TileInfo]] = []
    for entry in archive.entries(first, last, deadline):
        info = _info(archive, entry, deadline)
        start, end = max(entry.first, first), min(entry.first + entry.run, last + 1)
        for number in range(start, end):
            found.append((number, info))
            if len(found) == _LISTED_AT_ONCE:
                return found
    return found

"""PMTiles archives made of the tiles of a cache."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.application.list_bodies import ListedStore, listed_bodies
from tilekeep.config.assemble.xyz_grids import xyz_levels
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.gzip_body import is_packed, unpacked
from tilekeep.domain.image import MIXED, ImageEncoding
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import SliceReader

#: No tile comes near it.
MOST_BYTES = 64 * 2**20


class ArchivePacking:
    """Packs archives.

    Args:
        projection: tells the degrees of the area.
        read_slice: gives the bytes of tiles that lie inside a file.
    """

    def __init__(self, projection: Projection, read_slice: SliceReader) -> None:
        self._projection = projection
        self._read_slice = read_slice

    def check(self, grid: TileGrid, encoding: ImageEncoding) -> None:
        """Refuses what no archive can hold.

        :raises ConfigurationError: tiles of the grid or of the format.
        """
        xyz_levels(grid, self._projection, ("grids", grid.name))
        if encoding.format == MIXED:
            raise ConfigurationError("an archive has tiles of one format, but those of the cache are mixed")

    def pack(
        self, path: str, name: str, store: ListedStore, grid: TileGrid, encoding: ImageEncoding, area: BBox
    ) -> None:
        """Makes the archive ``path`` of all tiles in a store; ``area`` is that with data, in the SRS of the grid.

        :raises StoreError: there are none, or nothing can be written.
        """
        from tilekeep.adapters.storage.pmtiles.writing import ArchiveDescription, write_archive

        levels = xyz_levels(grid, self._projection, ("grids", grid.name))
        degrees = self._projection.between(grid.srs, self._projection.srs(WGS_84_CODE)).bbox(area)

        def tiles() -> Iterator[tuple[TileCoord, bytes]]:
            for coord, body in listed_bodies(store, range(grid.levels), self._read_slice):
                xyz = levels.xyz(coord)
                if xyz is not None:
                    yield xyz, unpacked(body, MOST_BYTES) if encoding.opaque and is_packed(body) else body

        description = ArchiveDescription(
            encoding.public_media_type, degrees, compress=encoding.opaque is not None, metadata={"name": name}
        )
        write_archive(path, tiles(), description)

"""Which tiles are fetched together, what is asked for, and where each tile lies in the answer."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.meta_buffer import buffered
from tilekeep.domain.tile import TileCoord


class TileCrop(NamedTuple):
    """A tile in a fetched image: its upper left corner in pixels, outside the image where the image is cut short."""

    coord: TileCoord
    left: int
    top: int


class PlannedFetch(NamedTuple):
    """One map to ask for: box in the grid's SRS, size in pixels, and the tiles to cut out of it.

    :ivar is_tile: the map is asked for as a tile.  A meta tile never is, not even one that holds a single tile.
    """

    bbox: BBox
    size: Size
    crops: tuple[TileCrop, ...]
    is_tile: bool = False


@dataclass(frozen=True, slots=True)
class MetaTilePlan:
    """A block of tiles that are made together.

    :ivar main: coordinate that names the block in locks (spec/caches.md, 5).
    """

    main: TileCoord
    fetches: tuple[PlannedFetch, ...]

    @property
    def coords(self) -> tuple[TileCoord, ...]:
        """All tiles of the block, row by row from the top."""
        return tuple(crop.coord for fetch in self.fetches for crop in fetch.crops)


class FetchMode(enum.Enum):
    """How tiles are fetched (spec/caches.md, 7): one by one, as one large map, or many single tiles as one block."""

    SINGLE = "single"
    META = "meta"
    BULK = "bulk"


#: Columns and rows of a block, and pixels around it, where nothing else is said (spec/config-globals-grids.md, 6.1).
DEFAULT_META_SIZE = Size(4, 4)
DEFAULT_META_BUFFER_PX = 80


@dataclass(frozen=True, slots=True)
class MetaTilePlanner:
    """Plans fetches for missing tiles (spec/config-globals-grids.md, 11.7).

    :ivar meta_size: columns and rows of a block; levels with fewer tiles have smaller blocks.
    :ivar buffer_px: pixels fetched around a block, in mode META.
    :ivar minimize_requests: fetch several missing tiles as the one block that just holds them.
    """

    grid: TileGrid
    mode: FetchMode
    meta_size: Size = DEFAULT_META_SIZE
    buffer_px: int = DEFAULT_META_BUFFER_PX
    minimize_requests: bool = False

    def plan_for(self, coord: TileCoord) -> MetaTilePlan:
        """The block that holds ``coord``, a tile of the grid."""
        if self.mode is FetchMode.SINGLE:
            return MetaTilePlan(coord, (self._single(coord),))
        main = self._main_tile(coord)
        columns, rows = self._block_size(coord.z)
        return self._block(main, main, TileCoord(main.z, main.x + columns - 1, main.y + rows - 1))

    def plans_for(self, missing: Sequence[TileCoord]) -> list[MetaTilePlan]:
        """The distinct blocks that hold ``missing``, tiles of one level, in the order of their first tile."""
        if self.minimize_requests and self.mode is not FetchMode.SINGLE and len(missing) > 1:
            return [self._smallest_block(missing)]
        if self.mode is FetchMode.SINGLE:
            return [self.plan_for(coord) for coord in dict.fromkeys(missing)]
        return [self.plan_for(main) for main in dict.fromkeys(map(self._main_tile, missing))]

    def _main_tile(self, coord: TileCoord) -> TileCoord:
        columns, rows = self._block_size(coord.z)
        return TileCoord(coord.z, coord.x // columns * columns, coord.y // rows * rows)

    def _block_size(self, z: int) -> Size:
        columns, rows = self.grid.matrix_size(z)
        return Size(min(self.meta_size.width, columns), min(self.meta_size.height, rows))

    def _smallest_block(self, missing: Sequence[TileCoord]) -> MetaTilePlan:
        z = missing[0].z
        columns = [coord.x for coord in missing]
        rows = [coord.y for coord in missing]
        top_row = min(rows) if self.grid.origin == "nw" else max(rows)
        # The lock of the block is the one of the regular block its top left tile belongs to.
        main = self._main_tile(TileCoord(z, min(columns), top_row))
        return self._block(main, TileCoord(z, min(columns), min(rows)), TileCoord(z, max(columns), max(rows)))

    def _block(self, main: TileCoord, first: TileCoord, last: TileCoord) -> MetaTilePlan:
        tiles = self.grid.block(first, last)
        if self.mode is FetchMode.BULK:
            return MetaTilePlan(main, tuple(self._single(coord) for coord in tiles if coord is not None))
        return MetaTilePlan(main, (self._whole(tiles),))

    def _single(self, coord: TileCoord) -> PlannedFetch:
        return PlannedFetch(self.grid.tile_bbox(coord), self.grid.tile_size, (TileCrop(coord, 0, 0),), is_tile=True)

    def _whole(self, tiles: AffectedTiles) -> PlannedFetch:
        resolution = self.grid.resolutions[tiles.level]
        width, height = self.grid.tile_size
        area = buffered(tiles.bbox, self.buffer_px, resolution, self.grid.bbox)
        positions = product(range(tiles.size.height), range(tiles.size.width))
        crops = tuple(
            TileCrop(coord, column * width + area.left, row * height + area.top)
            for (row, column), coord in zip(positions, tiles, strict=True)
            if coord is not None
        )
        return PlannedFetch(area.bbox, area.size, crops)

"""A cache as the source of another one that has the same tiles."""

from __future__ import annotations

from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import Blank, Fetched, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.tile_store import SliceReader


class SameTiles:
    """Tiles of a cache whose grid has all tiles of the grid of the queries; bytes pass through as they are.

    Args:
        tiles: the tiles of the cache.
        grid: its grid.
        read_slice: gives the bytes of tiles that lie inside a file.
    """

    def __init__(self, tiles: Tiles, grid: TileGrid, read_slice: SliceReader) -> None:
        self._tiles = tiles
        self._grid = grid
        self._read_slice = read_slice

    @property
    def traits(self) -> SourceTraits:
        """It gives tiles as they are stored, those of displays with more pixels too."""
        return SourceTraits(meta_tiles=False, accepts_integer_multiples=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: what the cache asks depends on what it holds."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """One tile is passed on."""
        return 1

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; the tile that fills the box of the query."""
        coord = self._coord(query)
        if coord is None or not self._grid.holds(coord):
            return Blank()
        answer = self._tiles.many([TileKey(coord, query.dimensions, query.variant)], purpose, deadline)[0]
        return Blank() if answer.tile is None else self._fetched(answer)

    def _coord(self, query: MapQuery) -> TileCoord | None:
        """The tile under the middle of the box, in the level of its resolution."""
        bbox: BBox = query.bbox
        level = self._grid.level_for(bbox, query.size)
        if level is None:
            return None
        return self._grid.tile_at((bbox.min_x + bbox.max_x) / 2, (bbox.min_y + bbox.max_y) / 2, level)

    def _fetched(self, answer: TileAnswer) -> Fetched:
        tile = answer.tile
        assert tile is not None
        body = tile_bytes(tile, self._read_slice)
        return Fetched(
            body,
            tile.media_type,
            fresh_for=answer.fresh_for,
            storable=answer.storable,
            worth=answer.worth,
            good_for=answer.good_for,
            state=answer.state,
        )

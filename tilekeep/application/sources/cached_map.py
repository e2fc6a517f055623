"""A cache in one grid as a source of maps of any box, size and SRS."""

from __future__ import annotations

from collections.abc import Collection

from tilekeep.application.map_from_tiles import MapFromTiles
from tilekeep.application.refused_box import refused_box
from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import Blank, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest

#: Any map may be made of so many tiles ...
_TILES_OF_ANY_MAP = 64

#: ... and of as many more as it takes for so many pixels of tiles to become one of the map.
_PIXELS_FOR_ONE = 16


class CachedMap:
    """Draws from the level that suits the resolution asked for (spec/caches.md, 14).

    Args:
        maps: draws from the tiles of a level.
        grid: the grid of the cache.
        dimensions: names of those by which tiles of the cache differ; values of others do not matter to it.
        max_tiles: maps that need so many tiles or more are refused (``max_tile_limit``); None for any number.
    """

    def __init__(
        self,
        maps: MapFromTiles,
        grid: TileGrid,
        *,
        dimensions: Collection[str] = frozenset(),
        max_tiles: float | None = None,
    ) -> None:
        self._maps = maps
        self._grid = grid
        self._dimensions = frozenset(dimensions)
        self._max_tiles = max_tiles

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: what the cache asks depends on what it holds."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """The tiles of the level that suits; raises as :meth:`get`."""
        block = self._block(query)
        return 0 if block is None else block.count

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`.

        :raises OutsideProjection: the box has no image in the SRS of the grid.
        :raises InvalidParameter: it needs too many tiles, or is too thin for any.
        """
        block = self._block(query)
        if block is None:
            return Blank()
        return self._maps.draw(block, self._in_its_dimensions(query), purpose, deadline)

    def _block(self, query: MapQuery) -> AffectedTiles | None:
        bbox = self._maps.bbox_in_grid(query)
        level = self._grid.level_for(bbox, query.size)
        if level is None:
            return None
        try:
            block = self._reasonable(bbox, level, query.size)
        except InvalidParameter as error:
            raise refused_box(error.message, query.bbox) from error
        if self._max_tiles is not None and block.count >= self._max_tiles:
            reason = f"too many tiles, max_tile_limit: {self._max_tiles:g}, num_tiles: {block.count}"
            raise refused_box(reason, query.bbox)
        return block

    def _reasonable(self, bbox: BBox, level: int, size: Size) -> AffectedTiles:
        """The tiles of ``level``, or of a coarser one where hundreds of them would be squeezed into a few pixels.

        The level is that of the finer axis, and boxes that are bent or squeezed may need any number of tiles in it.
        """
        block = self._grid.affected(bbox, level)
        tile = self._grid.tile_size
        most = max(_TILES_OF_ANY_MAP, _PIXELS_FOR_ONE * size.width * size.height // (tile.width * tile.height))
        while block.count > most and block.level > 0:
            block = self._grid.affected(bbox, block.level - 1)
        return block

    def _in_its_dimensions(self, query: MapQuery) -> MapQuery:
        """The query as the cache understands it: a map of several layers has the dimensions of all of them."""
        if not query.dimensions:
            return query
        return query._replace(dimensions=tuple(pair for pair in query.dimensions if pair[0] in self._dimensions))

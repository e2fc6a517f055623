"""Draw a map from tiles of one level: put them together, bring the mosaic to the size and SRS wanted."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import NamedTuple

from tilekeep.application.refused_box import box_without_image
from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ImageError, ProjectionError, SourceContentError, StoreError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageLimits, Raster
from tilekeep.domain.keeping import Keeping, together
from tilekeep.domain.map_query import Blank, Drawn, MapQuery
from tilekeep.domain.striped_raster import Strip, StripedRaster
from tilekeep.domain.sub_query import SubQuery, horizontal_strips
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.domain.warp import Warp
from tilekeep.domain.warp_planning import warp_between
from tilekeep.domain.warp_window import Window, moved, window_of
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import SliceReader, TileRemover

log = logging.getLogger("tilekeep.cache.tile")

#: A larger mosaic is put together in strips, so that the memory of a request does not grow with the map.
MOSAIC_PIXELS = 6_000_000

#: The same for the pixels of the map itself.
STRIP_PIXELS = 4_000_000

#: Pixels around a strip that filters look at.
_MARGIN_PX = 8


class MosaicLook(NamedTuple):
    """How a mosaic looks where there is no tile, and how it is resampled, as in ``ImageEncoding``."""

    transparent: bool
    resampling: str


class _Found(NamedTuple):
    """The tiles of a block: bodies by coordinate, and what became of all of them together."""

    bodies: Mapping[TileCoord, bytes]
    from_store: frozenset[TileCoord]
    keeping: Keeping


class MapFromTiles:
    """Draws maps from the tiles of one cache in one grid.

    Args:
        tiles: gives the tiles, making those that are missing.
        remover: removes stored tiles that turn out not to decode.
        grid: the grid of the cache.
        imaging: puts tiles together and warps them.
        projection: knows the way between the SRS of a map and that of the grid.
        read_slice: gives the bytes of tiles that lie inside a file.
        limits: what one tile may cost.
        look: the ground of mosaics and their resampling.
    """

    def __init__(
        self,
        *,
        tiles: Tiles,
        remover: TileRemover,
        grid: TileGrid,
        imaging: Imaging,
        projection: Projection,
        read_slice: SliceReader,
        limits: ImageLimits,
        look: MosaicLook,
    ) -> None:
        self._tiles = tiles
        self._remover = remover
        self._grid = grid
        self._imaging = imaging
        self._projection = projection
        self._read_slice = read_slice
        self._limits = limits
        self._look = look

    def bbox_in_grid(self, query: MapQuery) -> BBox:
        """The box of ``query`` in the SRS of the grid.

        :raises OutsideProjection: it has no image there.
        """
        try:
            bbox = self._projection.between(query.srs, self._grid.srs).bbox(query.bbox)
        except ProjectionError:
            bbox = BBox(math.nan, math.nan, math.nan, math.nan)
        if not all(map(math.isfinite, bbox)):
            raise box_without_image(query.bbox, query.srs)
        return bbox

    def draw(self, block: AffectedTiles, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn | Blank:
        """The map of ``query`` from the tiles of ``block``; blank if there is none of them.

        :raises SourceError: see :meth:`tilekeep.application.get_tile.GetTile.many`, as for LockTimeout and StoreError.
        """
        found = self._found(block, query, purpose, deadline)
        if not found.bodies:
            return Blank()
        mosaic = block.count * self._grid.tile_size.width * self._grid.tile_size.height
        drawn = query.size.width * query.size.height
        strips = horizontal_strips(query, max(math.ceil(mosaic / MOSAIC_PIXELS), math.ceil(drawn / STRIP_PIXELS)))
        if len(strips) == 1:
            _, raster, complete = self._strip(strips[0], block, found)
            keeping = found.keeping
            return Drawn(raster, *keeping._replace(storable=keeping.storable and complete))
        parts = [(strip, self._part_of(block, strip.query), found) for strip in strips]
        striped = StripedRaster(query.size, lambda: starmap(self._strip, parts), transparent=self._look.transparent)
        return Drawn(striped, *found.keeping)

    def _found(self, block: AffectedTiles, query: MapQuery, purpose: Purpose, deadline: Deadline) -> _Found:
        keys = [TileKey(coord, query.dimensions, query.variant) for coord in block if coord is not None]
        answers = self._tiles.many(keys, purpose, deadline) if keys else []
        shown = {key.coord: answer for key, answer in zip(keys, answers, strict=True) if answer.tile is not None}
        return _Found(
            {coord: self._body(answer) for coord, answer in shown.items()},
            frozenset(coord for coord, answer in shown.items() if answer.state in {TileState.HIT, TileState.STALE}),
            together(answers),
        )

    def _body(self, answer: TileAnswer) -> bytes:
        assert answer.tile is not None
        return tile_bytes(answer.tile, self._read_slice)

    def _strip(self, strip: SubQuery, part: AffectedTiles, found: _Found) -> Strip:
        """A strip of the map, from the tiles of ``part``."""
        width, height = self._grid.tile_size
        size = Size(part.size.width * width, part.size.height * height)
        warp = self._warp(Extent(part.bbox, self._grid.srs), size, strip.query)
        window = Window(0, 0, size) if warp is None else window_of(warp, size)
        placements, coords = [], []
        for position, coord in enumerate(part):
            row, column = divmod(position, part.size.width)
            left, top = column * width - window.left, row * height - window.top
            seen = -width < left < window.size.width and -height < top < window.size.height
            if seen and coord is not None and coord in found.bodies:
                placements.append(EncodedPlacement(found.bodies[coord], left, top))
                coords.append(coord)
        try:
            mosaic = self._imaging.mosaic(Canvas(window.size, self._look.transparent), placements, self._limits)
            raster = mosaic.raster if warp is None else self._warped(mosaic.raster, moved(warp, window))
        except ImageError as error:
            raise SourceContentError(f"tiles cannot be drawn as a map: {error}") from error
        if mosaic.undecodable:
            self._remove([coords[place] for place in mosaic.undecodable], strip.query, found)
        return Strip(strip.top, raster, complete=not mosaic.undecodable)

    def _part_of(self, block: AffectedTiles, query: MapQuery) -> AffectedTiles:
        """The tiles of ``block`` that a part of the map needs, those included that filters look at."""
        z = block.level
        margin = self._grid.resolutions[z] * _MARGIN_PX
        left, bottom, right, top = self.bbox_in_grid(query)
        near = self._grid.affected(BBox(left - margin, bottom - margin, right + margin, top + margin), z)
        shared = block.first_and_last(near)
        return block if shared is None else self._grid.block(*shared)

    def _warp(self, shown: Extent, size: Size, query: MapQuery) -> Warp | None:
        """What makes a mosaic of ``size`` that shows this extent the map of ``query``."""
        wanted = Extent(query.bbox, query.srs)
        if query.srs == shown.srs:
            return warp_between(shown, size, wanted, query.size)
        to_grid = self._projection.between(query.srs, shown.srs)
        return warp_between(shown, size, wanted, query.size, to_grid.points, to_grid.axes)

    def _warped(self, raster: Raster, warp: Warp) -> Raster:
        return self._imaging.warp(raster, warp, self._look.resampling, transparent=self._look.transparent)

    def _remove(self, broken: Sequence[TileCoord], query: MapQuery, found: _Found) -> None:
        """Stored tiles that are no images are removed, to be made anew (spec/config-globals-grids.md, 8.8)."""
        stored = [TileKey(coord, query.dimensions, query.variant) for coord in broken if coord in found.from_store]
        log.warning("tiles %s cannot be read as images; their place stays empty", [tuple(coord) for coord in broken])
        try:
            self._remover.remove(stored)
        except StoreError as error:
            log.warning("broken tiles could not be removed: %s", error)

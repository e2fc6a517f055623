"""What derived tiles are made of: the same tile in another format, or tiles of the next level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.domain.finer_tiles import finer_tiles
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import JPEG, EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.tile import StoredTile, TileCoord, TileKey
from tilekeep.domain.tile_variant import doubled_size
from tilekeep.domain.warp import PixelBox, Rescaling
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging, Placement


class InOtherFormat:
    """The same tile in another format; implements :class:`tilekeep.application.derived_tiles.Recipe`.

    Args:
        imaging: decodes and encodes.
        limits: what a stored tile may cost to decode.
        variant: the name of the variant whose tiles are encoded anew.
        encoding: of the tiles that are made.
    """

    def __init__(self, imaging: Imaging, limits: ImageLimits, variant: str, encoding: ImageEncoding) -> None:
        self._imaging = imaging
        self._limits = limits
        self._variant = variant
        self._encoding = encoding

    def parts(self, key: TileKey) -> Sequence[TileKey]:
        """The tile itself."""
        return [key._replace(variant=self._variant)]

    def made(self, key: TileKey, parts: Mapping[TileKey, StoredTile]) -> EncodedImage | None:
        """See :class:`tilekeep.application.derived_tiles.Recipe`."""
        (tile,) = parts.values()
        if tile.media_type == self._encoding.format:  # as tiles of ``mixed`` caches may be
            return None
        assert isinstance(tile.body, bytes), "promised by the caller"
        return _encoded(self._imaging, self._imaging.decode(tile.body, self._limits), self._encoding)


class OfNextLevel:
    """A tile with twice the pixels: the tiles of the next level that show the same area, put together.

    Implements :class:`tilekeep.application.derived_tiles.Recipe`.  On the last level, where there is nothing finer, the
    tile itself is enlarged.

    Args:
        imaging: decodes, puts together and encodes.
        limits: what a stored tile may cost to decode.
        grid: the grid of the cache; each level has half the resolution of the one before.
        encoding: of the tiles that are made.
    """

    def __init__(self, imaging: Imaging, limits: ImageLimits, grid: TileGrid, encoding: ImageEncoding) -> None:
        self._imaging = imaging
        self._limits = limits
        self._grid = grid
        self._encoding = encoding

    def parts(self, key: TileKey) -> Sequence[TileKey]:
        """Up to four of the next level, or the tile itself."""
        block = finer_tiles(self._grid, key.coord)
        return [TileKey(coord, key.dimensions) for coord in block or (key.coord,) if coord is not None]

    def made(self, key: TileKey, parts: Mapping[TileKey, StoredTile]) -> EncodedImage:
        """See :class:`tilekeep.application.derived_tiles.Recipe`."""
        block = finer_tiles(self._grid, key.coord)
        raster = self._put_together(block, key, parts) if block else self._enlarged(parts)
        return _encoded(self._imaging, raster, self._encoding)

    def _put_together(
        self, block: Sequence[TileCoord | None], key: TileKey, parts: Mapping[TileKey, StoredTile]
    ) -> Raster:
        width, height = self._grid.tile_size
        placements = []
        for position, coord in enumerate(block):
            tile = None if coord is None else parts.get(TileKey(coord, key.dimensions))
            if tile is not None:
                row, column = divmod(position, 2)
                assert isinstance(tile.body, bytes), "promised by the caller"
                placements.append(EncodedPlacement(tile.body, column * width, row * height))
        canvas = Canvas(doubled_size(self._grid.tile_size), transparent=bool(self._encoding.transparent))
        mosaic = self._imaging.mosaic(canvas, placements, self._limits)
        if mosaic.undecodable:
            self._imaging.decode(placements[mosaic.undecodable[0]].body, self._limits)  # which says what is wrong
        return mosaic.raster

    def _enlarged(self, parts: Mapping[TileKey, StoredTile]) -> Raster:
        (tile,) = parts.values()
        assert isinstance(tile.body, bytes), "promised by the caller"
        raster = self._imaging.decode(tile.body, self._limits)
        whole = PixelBox(0, 0, *raster.size)
        rescaling = Rescaling(whole, doubled_size(self._grid.tile_size))
        return self._imaging.warp(
            raster, rescaling, self._encoding.resampling, transparent=bool(self._encoding.transparent)
        )


def _encoded(imaging: Imaging, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
    """The image, on white where its format has no transparency."""
    if encoding.format == JPEG:
        raster = imaging.compose(Canvas(raster.size, transparent=False), [Placement(raster)])
    return imaging.encode(raster, encoding)

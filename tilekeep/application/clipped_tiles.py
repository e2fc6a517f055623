"""Tiles of a cache whose coverage clips: masked when they are delivered, stored as they came."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ImageError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.tile_store import SliceReader

log = logging.getLogger("tilekeep.cache.tile")


class ClippedTiles:
    """Makes the pixels of tiles transparent that lie outside the region (spec/caches.md, 13; spec/coverages.md, 7).

    Where the encoding has no transparency they become white.  Tiles wholly inside are passed on as they are.

    Args:
        tiles: gives the tiles as they are stored; those outside the region are empty already.
        grid: the grid of the cache.
        region: the area of the cache in the SRS of ``grid``.
        imaging: decodes, clips and encodes.
        encoding: of the cache.
        limits: what a stored tile may cost to decode.
        read_slice: gives the bytes of tiles that lie inside a file.
    """

    def __init__(
        self,
        tiles: Tiles,
        grid: TileGrid,
        region: Region,
        imaging: Imaging,
        encoding: ImageEncoding,
        limits: ImageLimits,
        read_slice: SliceReader,
    ) -> None:
        self._tiles = tiles
        self._grid = grid
        self._region = region
        self._imaging = imaging
        self._encoding = encoding
        self._limits = limits
        self._read_slice = read_slice

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """As :class:`tilekeep.application.get_tile.GetTile`."""
        return self._clipped(key, self._tiles(key, purpose, deadline))

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """As :meth:`tilekeep.application.get_tile.GetTile.many`."""
        answers = self._tiles.many(keys, purpose, deadline)
        return [self._clipped(key, answer) for key, answer in zip(keys, answers, strict=True)]

    def _clipped(self, key: TileKey, answer: TileAnswer) -> TileAnswer:
        if answer.tile is None:
            return answer
        bbox = self._grid.tile_bbox(key.coord)
        if self._region.relate(bbox) is Relation.CONTAINS:
            return answer
        try:
            return answer._replace(tile=self._masked(answer.tile, bbox))
        except ImageError as error:
            log.warning("the tile %s cannot be clipped and is passed on as it is: %s", tuple(key.coord), error)
            return answer

    def _masked(self, tile: StoredTile, bbox: BBox) -> StoredTile:
        body = tile_bytes(tile, self._read_slice)
        whole = self._imaging.decode(body, self._limits)
        clipped = self._imaging.clip(whole, self._region.mask(bbox, whole.size))
        ground = Canvas(whole.size, transparent=bool(self._encoding.transparent))
        image = self._imaging.encode(self._imaging.compose(ground, [Placement(clipped)]), self._encoding)
        info = tile.info._replace(size=len(image.body), validators=None, checksum=None)
        return StoredTile(image.body, image.media_type, info)

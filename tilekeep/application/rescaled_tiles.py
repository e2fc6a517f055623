"""Tiles that no source has, drawn from those of a neighbouring level (``upscale_tiles``, ``downscale_tiles``)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tilekeep.application.map_from_tiles import MapFromTiles
from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import (
    ImageError,
    InvalidParameter,
    LockTimeout,
    NoRoom,
    SourceContentError,
    SourceError,
    StoreError,
)
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Blank, Drawn, MapQuery
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.clock import Clock
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.tile_store import TileWriter

log = logging.getLogger("tilekeep.cache.tile")


class RescaledTiles:
    """Fills gaps from the level above or below, and draws stale ones of these tiles anew (spec/caches.md, 9).

    How far it may go is a matter of how many of these are chained: the tiles ``neighbours`` draws from may themselves
    be rescaled ones.

    Args:
        tiles: the tiles with their gaps.
        neighbours: draws from the tiles of another level.
        step: -1 for the coarser level (upscaling), 1 for the finer one (downscaling).
        grid: the grid of the cache.
        imaging: encodes what has been drawn.
        encoding: how tiles of the cache are encoded.
        clock: the current time.
        writer: stores what has been drawn; None keeps nothing (``cache_rescaled_tiles: false``).
    """

    def __init__(
        self,
        *,
        tiles: Tiles,
        neighbours: MapFromTiles,
        step: int,
        grid: TileGrid,
        imaging: Imaging,
        encoding: ImageEncoding,
        clock: Clock,
        writer: TileWriter | None,
    ) -> None:
        self._tiles = tiles
        self._neighbours = neighbours
        self._step = step
        self._grid = grid
        self._imaging = imaging
        self._encoding = encoding
        self._clock = clock
        self._writer = writer

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """As :class:`tilekeep.application.get_tile.GetTile`."""
        return self.many([key], purpose, deadline)[0]

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """As :meth:`tilekeep.application.get_tile.GetTile.many`."""
        answers = self._tiles.many(keys, purpose, deadline)
        return [
            self._filled(key, answer, purpose, deadline) if _is_gap(answer) else answer
            for key, answer in zip(keys, answers, strict=True)
        ]

    def _filled(self, key: TileKey, gap: TileAnswer, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """The tile drawn from its neighbours; an old one stays where these have nothing newer to draw from."""
        level = key.coord.z + self._step
        if not 0 <= level < self._grid.levels:
            return gap
        try:
            drawn = self._drawn(key, level, purpose, deadline)
        except (SourceError, LockTimeout) as error:
            if gap.tile is None:
                raise
            return gap._replace(left_over=False, fresh_for=getattr(error, "retry_after", None))
        if isinstance(drawn, Blank):
            return gap
        if gap.tile is not None and drawn.fresh_for is not None:
            return gap._replace(left_over=False, fresh_for=drawn.fresh_for)
        try:
            image = self._imaging.encode(drawn.raster, self._encoding)
        except ImageError as error:
            raise SourceContentError(
                f"the tile {tuple(key.coord)} cannot be drawn from its neighbours: {error}"
            ) from error
        now = self._clock.now()
        info = TileInfo(now, len(image.body))
        tile = NewTile(key, image.body, image.media_type, single_color=image.single_color)
        if self._writer is not None and drawn.storable and drawn.fresh_for is None:
            info = self._stored(self._writer, tile, now, deadline) or info
        stored = StoredTile(tile.body, tile.media_type, info)
        state = TileState.REFRESHED if gap.left_over else TileState.MISS
        return TileAnswer(stored, state, drawn.fresh_for, drawn.storable, good_for=drawn.good_for)

    def _drawn(self, key: TileKey, level: int, purpose: Purpose, deadline: Deadline) -> Drawn | Blank:
        bbox = self._grid.tile_bbox(key.coord)
        query = MapQuery(
            bbox, self._grid.tile_size, self._grid.srs, self._encoding.format, key.dimensions, variant=key.variant
        )
        try:
            block = self._grid.affected(bbox, level)
        except InvalidParameter:
            return Blank()
        return self._neighbours.draw(block, query, purpose, deadline)

    def _stored(self, writer: TileWriter, tile: NewTile, now: float, deadline: Deadline) -> TileInfo | None:
        try:
            return writer.write([tile], now, deadline)[0]
        except NoRoom:
            return None
        except StoreError as error:
            log.error("a rescaled tile could not be stored and is delivered unstored: %s", error)  # noqa: TRY400
            return None


def _is_gap(answer: TileAnswer) -> bool:
    """Whether the sources have nothing there, so that a stored tile has been drawn from other levels, if by anybody."""
    return answer.left_over or (answer.tile is None and answer.state is TileState.MISS)

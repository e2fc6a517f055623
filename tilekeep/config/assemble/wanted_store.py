"""What is known of a store before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import MIXED
from tilekeep.domain.tile import TileSet


@dataclass(frozen=True, slots=True)
class WantedStore:
    """The store of the tiles of a cache in one grid.

    :ivar place: where they are to lie, as :attr:`EffectiveCache.directories` has it.
    :ivar extent: tells the area with data, in the SRS of the grid.
    """

    cache: EffectiveCache
    tile_set: TileSet
    place: str
    grid: TileGrid
    extent: Callable[[], BBox]

    @property
    def media_type(self) -> str | None:
        """That of every tile, or None where tiles may differ."""
        encoding = self.cache.encoding
        return None if encoding.format == MIXED else encoding.public_media_type

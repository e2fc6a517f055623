"""Tiles that another process makes and stores (``globals.renderd``; spec/caches.md, 16)."""

from __future__ import annotations

from tilekeep.application.fetched_tiles import FetchedTiles, FetchesTiles
from tilekeep.application.tile_maker import WantedBlock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.tile import TileSet, Validators
from tilekeep.ports.renderer import Renderer
from tilekeep.ports.tile_store import TileReader


class RenderedTiles:
    """Asks the renderer for the main tile of a block, with which it makes the others.

    The renderer knows no dimensions: blocks with such are made here, as are those of other variants.

    Args:
        renderer: makes the tiles of a cache with the same options.
        reader: finds what it has stored.
        tile_set: the cache and the grid.
        here: makes what the renderer cannot.
    """

    def __init__(self, renderer: Renderer, reader: TileReader, tile_set: TileSet, here: FetchesTiles) -> None:
        self._renderer = renderer
        self._reader = reader
        self._tile_set = tile_set
        self._here = here

    def fetch(self, block: WantedBlock, deadline: Deadline, validators: Validators | None) -> FetchedTiles:
        """See :class:`~tilekeep.application.fetched_tiles.FetchesTiles`; tiles that are not stored then are blank."""
        if block.dimensions or block.variant:
            return self._here.fetch(block, deadline, validators)
        cache, grid = self._tile_set.cache, self._tile_set.grid
        self._renderer.render(cache, grid, (block.plan.main,), block.purpose, deadline)
        stored = self._reader.stat_many(block.keys, deadline)
        return FetchedTiles((), held=tuple(key for key in block.keys if key in stored))

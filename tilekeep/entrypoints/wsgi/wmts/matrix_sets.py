"""Layers and tile matrix sets as WMTS offers them (spec/services.md, 5.1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue, LayerOutline
from tilekeep.domain.errors import InvalidParameter, UnknownLayer, UnknownTileGrid
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.entrypoints.wsgi.tile_numbers import is_integer, tile_number
from tilekeep.entrypoints.wsgi.tile_route import TileRoute

log = logging.getLogger("tilekeep.service.wmts")


class MatrixSet(NamedTuple):
    """A layer in one tile matrix set; ``levels`` are its public levels by tile matrix identifier."""

    route: TileRoute
    levels: Mapping[str, int]

    def level(self, identifier: str) -> int:
        """The level of a tile matrix: its identifier, or its number however many zeros it starts with.

        :raises InvalidParameter: neither of them.
        """
        level = self.levels.get(identifier)
        if level is not None:
            return level
        if not is_integer(identifier):
            raise InvalidParameter(f"invalid tilematrix: {identifier}", locator="tilematrix")
        return tile_number(identifier)


class MatrixSets:
    """Finds layers in their grids; those that cannot be addressed from the north-west are left out.

    Args:
        catalogue: the layers.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._found: dict[tuple[str, str], MatrixSet | None] = {}

    def find(self, layer: str, matrix_set: str) -> MatrixSet:
        """The layer ``layer`` in the tile matrix set ``matrix_set``.

        :raises UnknownLayer: no such layer.
        :raises UnknownTileGrid: the layer is not offered in this grid.
        """
        found = self._found.get((layer, matrix_set))
        if found is not None:
            return found
        outline = self._outline(layer)
        if any(grid.name == matrix_set for grid in outline.grids):
            found = self._in_grid(outline, matrix_set)
        if found is None:
            raise UnknownTileGrid(f"unknown tilematrixset: {matrix_set}", locator="tilematrixset")
        return found

    def of_layer(self, outline: LayerOutline) -> list[MatrixSet]:
        """All matrix sets of a layer, in the order of its grids."""
        found = (self._in_grid(outline, grid.name) for grid in outline.grids)
        return [matrix_set for matrix_set in found if matrix_set is not None]

    def _outline(self, layer: str) -> LayerOutline:
        try:
            return self._catalogue.outline(layer)
        except UnknownLayer:
            raise UnknownLayer(f"unknown layer: {layer}", locator="layer") from None

    def _in_grid(self, outline: LayerOutline, grid: str) -> MatrixSet | None:
        name = (outline.name, grid)
        if name not in self._found:
            self._found[name] = self._built(outline, grid)
        return self._found[name]

    def _built(self, outline: LayerOutline, grid_name: str) -> MatrixSet | None:
        layer = self._catalogue.tile_layer(outline.name, grid_name)
        grid = layer.grid
        if not grid.supports_origin("nw"):
            log.warning(
                "layer %s is not offered by WMTS in the grid %s: its rows cannot be counted from the north-west; "
                "give the grid 'origin: nw'",
                outline.name,
                grid_name,
            )
            return None
        levels = PublicLevels(grid, TileService.WMTS)
        identifiers = {grid.level_name(level): order for order, level, _ in levels.orders}
        return MatrixSet(TileRoute(layer, levels), identifiers)

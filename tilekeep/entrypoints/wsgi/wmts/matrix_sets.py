"""Layers and tile matrix sets as WMTS offers them (spec/services.md, 5.1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue, LayerInGrid, LayerOutline
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.domain.errors import InvalidParameter, TileOutsideGrid, UnknownLayer, UnknownTileGrid
from tilekeep.domain.grid import TileGrid
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

        :raises InvalidParameter: neither of them; TileOutsideGrid: a number too long for any grid.
        """
        level = self.levels.get(identifier)
        if level is not None:
            return level
        if not is_integer(identifier):
            raise InvalidParameter(f"invalid tilematrix: {identifier}", locator="tilematrix")
        try:
            return tile_number(identifier)
        except TileOutsideGrid as error:
            raise TileOutsideGrid(error.message, locator="tilematrix") from None


class MatrixSets:
    """Finds layers in their grids; those that cannot be addressed from the north-west are left out.

    Args:
        catalogue: the layers.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._found: dict[tuple[str, str], MatrixSet] = {}
        self._offered: dict[tuple[str, str], bool] = {}
        self._starts_in_the_north: OncePerKey[TileGrid, bool] = OncePerKey(lambda grid: grid.supports_origin("nw"))

    def find(self, layer: str, matrix_set: str) -> MatrixSet:
        """The layer ``layer`` in the tile matrix set ``matrix_set``.

        :raises UnknownLayer: no such layer.
        :raises UnknownTileGrid: the layer is not offered in this grid.
        """
        found = self._found.get((layer, matrix_set))
        if found is not None:
            return found
        outline = self._outline(layer)
        if not any(grid.name == matrix_set for grid in outline.grids) or not self._offers(outline, matrix_set):
            raise UnknownTileGrid(f"unknown tilematrixset: {matrix_set}", locator="tilematrixset")
        return self._found.setdefault((layer, matrix_set), self._built(layer, matrix_set))

    def of_layer(self, outline: LayerOutline) -> list[LayerInGrid]:
        """A layer in all its matrix sets, in the order of its grids, for documents."""
        offered = (grid.name for grid in outline.grids if self._offers(outline, grid.name))
        return [self._catalogue.description(outline.name, grid) for grid in offered]

    def _outline(self, layer: str) -> LayerOutline:
        try:
            return self._catalogue.outline(layer)
        except UnknownLayer:
            raise UnknownLayer(f"unknown layer: {layer}", locator="layer") from None

    def _offers(self, outline: LayerOutline, grid_name: str) -> bool:
        """Whether the rows of the layer in this grid can be counted from the north-west; if not, says so once."""
        name = (outline.name, grid_name)
        offered = self._offered.get(name)
        if offered is None:
            offered = self._starts_in_the_north(self._catalogue.description(*name).grid)
            self._offered[name] = offered
            if not offered:
                log.warning(
                    "layer %s is not offered by WMTS in the grid %s: its rows cannot be counted from the north-west; "
                    "give the grid 'origin: nw'",
                    *name,
                )
        return offered

    def _built(self, layer_name: str, grid_name: str) -> MatrixSet:
        layer = self._catalogue.tile_layer(layer_name, grid_name)
        levels = PublicLevels(layer.grid, TileService.WMTS)
        identifiers = {layer.grid.level_name(level): order for order, level, _ in levels.orders}
        return MatrixSet(TileRoute(layer, levels), identifiers)

"""Which cache draws a layer alone, in the grid of a tile matrix set."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue, LayerInGrid, TileLayer
from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.errors import UnknownLayer
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet


class CachedLayer(NamedTuple):
    """A layer as a tile service has it; ``layer`` and ``grid`` are its names there."""

    layer: str
    grid: str
    described: LayerInGrid


class CachedLayers:
    """Finds the tile layers that show the same as layers of maps.

    Args:
        catalogue: the tile layers.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def find(self, layer: MapLayer, matrix_set: MatrixSet) -> CachedLayer | None:
        """The tile layer, or None if the layer is drawn by something else than one cache with this grid."""
        if layer.name is None or layer.dimensions or len(layer.sources) != 1:
            return None
        try:
            outlines = self._catalogue.outline(layer.name).grids
        except UnknownLayer:
            return None
        for one in outlines:
            if (one.key, (one.cache,)) == (matrix_set.key, layer.sources):
                return CachedLayer(layer.name, one.name, self._catalogue.description(layer.name, one.name))
        return None

    def tile_layer(self, found: CachedLayer) -> TileLayer:
        """The same with all that works in it."""
        return self._catalogue.tile_layer(found.layer, found.grid)

    def of_each_cache(self) -> list[LayerInGrid]:
        """One tile layer for each cache."""
        by_cache = {grid.cache: (layer.name, grid.name) for layer in self._catalogue.layers for grid in layer.grids}
        return [self._catalogue.description(*names) for names in by_cache.values()]

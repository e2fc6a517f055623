"""Which tiles of collections lie in a cache as they are asked for."""

from __future__ import annotations

from tilekeep.application.catalogue import LayerInGrid
from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_variant import doubled_size, variant_name
from tilekeep.entrypoints.wsgi.ogcapi.cached_layers import CachedLayer, CachedLayers
from tilekeep.entrypoints.wsgi.ogcapi.images import Images, WantedImage
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet
from tilekeep.entrypoints.wsgi.tile_route import Located, TileRoute

#: The name by which ``tilekeep explain`` and callables of a wrapping application know the service.
_SERVICE = "ogcapi"


class StoredTiles:
    """Finds the tile of a cache that shows the same as the tile would if it was drawn.

    Args:
        cached: knows the caches of layers.
        layer_tree: gives the sources of layers.
        images: what drawn tiles have on them, and where they end.
    """

    def __init__(self, cached: CachedLayers, layer_tree: LayerTree, images: Images) -> None:
        self._cached = cached
        self._layer_tree = layer_tree
        self._images = images
        self._routes: dict[tuple[str, str], TileRoute] = {}

    def find(self, wanted: WantedImage, matrix_set: MatrixSet, coord: TileCoord) -> Located | None:
        """The tile at ``coord``, or None if it has to be drawn."""
        usual = matrix_set.grid.tile_size
        doubled = wanted.frame.size == doubled_size(usual)
        if self._images.labels or (wanted.frame.size != usual and not doubled) or len(wanted.drawn) != 1:
            return None
        (layer,) = wanted.drawn
        if self._images.limit(wanted) is not None:
            return None
        found = self._cached.find(layer, matrix_set)
        if found is None:
            return None
        described = found.described
        encoding = _encoding_in(described, wanted.media_type)
        if encoding is None or (doubled and not described.variants.doubled):
            return None
        if not self._looks_the_same(layer, encoding, wanted):
            return None
        extension = "" if encoding is described.encoding else encoding.extension
        key = TileKey(coord, (), variant_name(extension, doubled=doubled))
        return Located(self._route(found), key)

    def _looks_the_same(self, layer: MapLayer, encoding: ImageEncoding, wanted: WantedImage) -> bool:
        if any(laid.opacity is not None for laid in self._layer_tree.sources(layer)):
            return False
        return not encoding.transparent or (wanted.transparent and wanted.background is None)

    def _route(self, found: CachedLayer) -> TileRoute:
        route = self._routes.get((found.layer, found.grid))
        if route is None:
            tile_layer = self._cached.tile_layer(found)
            route = TileRoute(tile_layer, PublicLevels(tile_layer.grid, TileService.WMTS), _SERVICE)
            route = self._routes.setdefault((found.layer, found.grid), route)
        return route


def _encoding_in(layer: LayerInGrid, media_type: str) -> ImageEncoding | None:
    """How tiles are encoded that the layer offers in a format; None if it does not."""
    offered = (layer.encoding, *layer.variants.encodings)
    return next((encoding for encoding in offered if encoding.format == media_type), None)

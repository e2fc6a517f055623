"""The catalogue of tile layers."""

from __future__ import annotations

from functools import partial

from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline, TileLayer
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_cache import vector_layers
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.meaning_tile_layers import EffectiveTileLayer, effective_tile_layers
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import PNG, ImageEncoding
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.projection import Projection

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)


class CatalogueAssembly:
    """Lists all layers at once and makes their parts on first use.

    Args:
        settings: the whole configuration.
        caches: makes caches.
        imaging: makes empty tiles.
        projection: gives extents in degrees.
    """

    def __init__(self, settings: Settings, caches: CacheAssembly, imaging: Imaging, projection: Projection) -> None:
        self._settings = settings
        self._caches = caches
        self._imaging = imaging
        self._projection = projection
        self._grid_names: OncePerKey[str, tuple[str, str]] = OncePerKey(self._grid_name)
        self._blanks: OncePerKey[Size, bytes] = OncePerKey(self._blank)
        self._degrees: OncePerKey[tuple[Srs, BBox], BBox] = OncePerKey(lambda wanted: self._in_degrees(*wanted))

    def catalogue(self) -> Catalogue:
        """All tile layers of the configuration."""
        layers = effective_tile_layers(self._settings)
        return Catalogue({layer.name: self._outline(layer) for layer in layers}, self._description, self._tile_layer)

    def _outline(self, layer: EffectiveTileLayer) -> LayerOutline:
        grids = []
        for cache, asked in zip(layer.caches, layer.info_sources, strict=True):
            inside = vector_layers(self._settings.caches[cache])
            for key in self._settings.caches[cache].grids or (DEFAULT_GRID,):
                name, token = self._grid_names(key)
                grids.append(GridOutline(name, token, cache, key, asked, inside))
        return LayerOutline(
            layer.name,
            layer.title,
            layer.abstract,
            tuple(grids),
            layer.dimensions,
            wmts_kvp_legend_url=layer.wmts_kvp_legend_url,
            wmts_rest_legend_url=layer.wmts_rest_legend_url,
            attribution=layer.attribution,
        )

    def _grid_name(self, key: str) -> tuple[str, str]:
        grid = effective_grid(self._settings, key)
        return grid.name, grid.srs.replace(":", "")

    def _description(self, outline: LayerOutline, grid_outline: GridOutline) -> LayerInGrid:
        described = self._caches.description(grid_outline.cache, grid_outline.key)
        return LayerInGrid(
            outline=outline,
            grid=described.grid,
            encoding=described.encoding,
            extent=described.extent,
            geographic_extent=self._geographic_extent(described.grid, described.extent),
            variants=described.variants,
        )

    def _tile_layer(self, outline: LayerOutline, grid_outline: GridOutline) -> TileLayer:
        key = (grid_outline.cache, grid_outline.key)
        node, extent = self._caches.node(key), self._caches.areas.bbox(key)
        return TileLayer(
            outline=outline,
            grid=node.grid,
            get_tile=node.tiles,
            explain=node.explain,
            encoding=node.encoding,
            extent=extent,
            geographic_extent=self._geographic_extent(node.grid, extent),
            blank=partial(self._blanks, node.grid.tile_size),
            variants=node.variants,
            explain_form=node.explain_form,
        )

    def _geographic_extent(self, grid: TileGrid, extent: BBox) -> BBox:
        """What of the extent lies in the grid, in degrees; most layers of a grid share it."""
        return self._degrees((grid.srs, grid.bbox.intersection(extent) or extent))

    def _in_degrees(self, srs: Srs, extent: BBox) -> BBox:
        """The extent in degrees; where it has no image there, the world."""
        try:
            degrees = self._projection.between(srs, self._projection.srs(WGS_84_CODE)).bbox(extent)
        except ProjectionError:
            return _WORLD
        return _WORLD.intersection(degrees) or _WORLD

    def _blank(self, size: Size) -> bytes:
        return self._imaging.blank(size, ImageEncoding(PNG, transparent=True)).body

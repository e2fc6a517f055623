"""The tree of map layers out of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from tilekeep.application.layer_tree import LaidSource, LayerTree, MapLayer
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.cache_areas import CacheAreas
from tilekeep.config.assemble.direct_maps import DirectMaps
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_dimensions import effective_dimension
from tilekeep.config.mapproxy.meaning_info import info_sources
from tilekeep.config.mapproxy.meaning_layers import drawing_sources, forwarded_parameters
from tilekeep.config.mapproxy.meaning_legends import LegendNames
from tilekeep.config.mapproxy.meaning_metadata import layer_metadata
from tilekeep.config.mapproxy.meaning_source import resolution_range
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.resolution_range import ResolutionRange, widest_range
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, WGS_84_CODE, Srs
from tilekeep.ports.projection import Projection

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)


class LayerTreeAssembly:
    """Lists all layers at once; their sources are made on first use.

    Args:
        settings: the whole configuration.
        areas: where caches and sources have something to show.
        maps: what layers are drawn from.
        projection: brings extents together.
    """

    def __init__(self, settings: Settings, areas: CacheAreas, maps: DirectMaps, projection: Projection) -> None:
        self._settings = settings
        self._areas = areas
        self._maps = maps
        self._projection = projection
        self._legend_names = LegendNames(settings)
        self._in_degrees: OncePerKey[Extent, BBox] = OncePerKey(self._geographic)

    def tree(self) -> LayerTree:
        """All layers below one root: the only top-level layer, else a nameless group (spec/services.md, 2.1)."""
        layers = self._shown(self._settings.layers)
        is_root = len(layers) == len(self._settings.layers) == 1
        root = layers[0] if is_root else MapLayer(None, "", children=layers, resolutions=_of_all(layers))
        return LayerTree(root, self._laid_sources, self._extent)

    def _shown(self, layers: Sequence[Layer]) -> tuple[MapLayer, ...]:
        """Those layers that draw maps, have a legend or can be asked about places; others have tiles alone."""
        found = (self._layer(layer) for layer in layers)
        return tuple(layer for layer in found if layer is not None)

    def _layer(self, layer: Layer) -> MapLayer | None:
        sources = drawing_sources(self._settings, layer)
        children = self._shown(layer.layers or ())
        if layer.sources is None and not children and not layer.legendurl:
            return None
        return MapLayer(
            name=layer.name,
            title=layer.title,
            sources=sources,
            children=children,
            resolutions=self._resolutions(layer, sources, children),
            dimensions=tuple(effective_dimension(name, options) for name, options in (layer.dimensions or {}).items()),
            metadata=layer_metadata(layer.md),
            info_sources=info_sources(self._settings, layer),
            forwarded=forwarded_parameters(self._settings, sources),
            legend_sources=self._legend_names.of_layer(layer),
            legend_url=layer.legendurl,
            nominal_scale=_nominal_scale(layer, children),
        )

    def _resolutions(self, layer: Layer, sources: Sequence[str], children: Sequence[MapLayer]) -> ResolutionRange:
        """What the layer says, else what its sources can; those of a group are added (spec/services.md, 2.3)."""
        if any(limit is not None for limit in (layer.min_res, layer.max_res, layer.min_scale, layer.max_scale)):
            own = [resolution_range(layer)]
        else:
            own = [widest_range(map(self._areas.resolutions_of, sources))] if sources else []
        return widest_range([*own, *(child.resolutions for child in children)])

    def _laid_sources(self, layer: MapLayer) -> tuple[LaidSource, ...]:
        return tuple(map(self._maps.laid, layer.sources))

    def _extent(self, layer: MapLayer) -> Extent:
        """The common area of all that draws the layer and those below; what is everywhere adds nothing to others.

        A single one keeps its SRS.
        """
        extents = (self._areas.extent_of(name) for node in layer.all() for name in node.sources)
        parts = list(dict.fromkeys(extent for extent in extents if extent is not None))
        if not parts:
            return Extent(_WORLD, self._degrees)
        if len(parts) == 1:
            return parts[0]
        return Extent(reduce(BBox.union, map(self._in_degrees, parts)), self._degrees)

    @property
    def _degrees(self) -> Srs:
        return self._projection.srs(WGS_84_CODE)

    def _geographic(self, extent: Extent) -> BBox:
        try:
            return self._projection.between(extent.srs, self._degrees).bbox(extent.bbox)
        except ProjectionError:
            return _WORLD


def _nominal_scale(layer: Layer, children: Sequence[MapLayer]) -> float | None:
    """What the layer says; that of a group is the largest of its layers (spec/services.md, 2.2)."""
    if layer.nominal_scale is not None:
        return layer.nominal_scale
    if layer.nominal_res is not None:
        return layer.nominal_res / STANDARD_PIXEL_METRES
    return max((child.nominal_scale for child in children if child.nominal_scale is not None), default=None)


def _of_all(layers: Sequence[MapLayer]) -> ResolutionRange:
    return widest_range(layer.resolutions for layer in layers)

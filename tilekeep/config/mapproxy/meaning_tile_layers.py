"""The meaning of layers for tile services (spec/services.md, 2.6)."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.config.mapproxy.layer_references import tile_caches
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_dimensions import effective_dimension
from tilekeep.config.mapproxy.meaning_info import info_sources_of_tiles
from tilekeep.config.mapproxy.meaning_layers import flattened
from tilekeep.config.mapproxy.meaning_legends import wmts_legend_url
from tilekeep.config.mapproxy.meaning_metadata import layer_metadata
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.service_metadata import Attribution


@dataclass(frozen=True, slots=True)
class EffectiveTileLayer:
    """A layer that tile services offer, in every grid of each of its caches.

    :ivar info_sources: for each of the caches the sources that are asked about places on its tiles.
    :ivar attribution: who made the data.
    :ivar wmts_kvp_legend_url: with ``{base_url}`` and ``{layer_name}`` in it, like ``wmts_rest_legend_url``.
    """

    name: str
    title: str
    abstract: str
    caches: tuple[str, ...]
    info_sources: tuple[tuple[str, ...], ...]
    dimensions: tuple[Dimension, ...] = ()
    wmts_kvp_legend_url: str | None = None
    wmts_rest_legend_url: str | None = None
    attribution: Attribution | None = None


def effective_tile_layers(settings: Settings) -> tuple[EffectiveTileLayer, ...]:
    """All layers of the tree that tile services can offer, children before their group."""
    layers = []
    for layer in flattened(settings.layers):
        caches = tile_caches(settings, layer, settings.caches)
        if layer.name is not None and caches:
            layers.append(_tile_layer(settings, layer.name, layer, caches))
    return tuple(layers)


def _tile_layer(settings: Settings, name: str, layer: Layer, caches: tuple[str, ...]) -> EffectiveTileLayer:
    """One layer with its dimensions expanded."""
    dimensions = layer.dimensions or {}
    return EffectiveTileLayer(
        name=name,
        title=layer.title,
        abstract=(layer.md.abstract if layer.md else None) or "",
        caches=caches,
        info_sources=tuple(info_sources_of_tiles(settings, layer, cache) for cache in caches),
        dimensions=tuple(effective_dimension(key, options) for key, options in dimensions.items()),
        wmts_kvp_legend_url=layer.wmts_kvp_legendurl or wmts_legend_url(settings, layer),
        wmts_rest_legend_url=layer.wmts_rest_legendurl or wmts_legend_url(settings, layer),
        attribution=layer_metadata(layer.md).attribution,
    )

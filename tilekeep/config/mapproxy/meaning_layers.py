"""The meaning of the layer tree for tile services (spec/services.md, 2.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tilekeep.config.mapproxy.layer_references import shows_no_map, tile_caches
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_dimensions import effective_dimension
from tilekeep.config.mapproxy.meaning_info import info_sources_of_tiles
from tilekeep.config.mapproxy.meaning_legends import wmts_legend_url
from tilekeep.config.mapproxy.meaning_metadata import layer_metadata
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import WmsLikeSource
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


def drawing_sources(settings: Settings, layer: Layer) -> tuple[str, ...]:
    """The caches and sources that draw a layer in maps, bottom first."""
    return tuple(name for name in layer.sources or () if not shows_no_map(settings, name))


def drawing_caches(settings: Settings, layer: Layer) -> tuple[str, ...]:
    """The caches among them."""
    return tuple(name for name in layer.sources or () if name in settings.caches)


def forwarded_parameters(settings: Settings, names: Iterable[str]) -> tuple[str, ...]:
    """Parameters of requests that sources are sent which are asked for each map, also beside their cache."""
    asked = (_asked_directly(settings, name) for name in names)
    return tuple(dict.fromkeys(name for source in asked if source for name in source.forward_req_params or ()))


def _asked_directly(settings: Settings, name: str) -> WmsLikeSource | None:
    cache = settings.caches.get(name)
    if cache is not None:
        if cache.use_direct_from_level is None and cache.use_direct_from_res is None:
            return None
        (name,) = cache.sources
    source = settings.sources.get(SourceName.parse(name).name)
    return source if isinstance(source, WmsLikeSource) else None


def dimension_names(settings: Settings) -> dict[str, frozenset[str]]:
    """The dimensions by which the tiles of each cache may differ: those of all layers that show it.

    A cache that is shown through others differs by theirs.
    """
    names: dict[str, frozenset[str]] = {}
    waiting = [
        (cache, frozenset(name.lower() for name in layer.dimensions))
        for layer in flattened(settings.layers)
        if layer.dimensions
        for cache in (*(tile_caches(settings, layer, settings.caches) or ()), *drawing_caches(settings, layer))
    ]
    while waiting:
        cache, found = waiting.pop()
        known = names.get(cache, frozenset())
        if not found <= known:
            names[cache] = known | found
            waiting += [(name, found) for name in settings.caches[cache].source_names if name in settings.caches]
    return names


def flattened(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The tree as a list, children before their group."""
    for layer in layers:
        yield from flattened(layer.layers or ())
        yield layer


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

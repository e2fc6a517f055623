"""The layer tree: which caches and sources draw its layers, and by what their tiles differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tilekeep.config.mapproxy.layer_references import shows_no_map, tile_caches
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import WmsLikeSource


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

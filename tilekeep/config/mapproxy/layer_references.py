"""Whether the layer tree names what exists, and names each layer once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tilekeep.config.mapproxy.cross_references import broken_names, is_tiled_only, tag_problems
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_dimensions import effective_dimension
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import DebugSource
from tilekeep.config.mapproxy.value_checks import range_problems
from tilekeep.config.problems import OptionPath, Problem, error, path_text, warning
from tilekeep.config.suggestions import closest

_LAYER_OPTIONS = frozenset({"name", "title", "layers", "sources"})


def legacy_layers_problem(layers: Any) -> Problem | None:
    """Layers in the syntax from before MapProxy 1.4 are refused: a mapping by name, or single-key mappings."""
    first = layers[0] if isinstance(layers, tuple) and layers else None
    by_name = isinstance(layers, dict) and not layers.keys() & _LAYER_OPTIONS
    single_key = isinstance(first, dict) and len(first) == 1 and not first.keys() & _LAYER_OPTIONS
    if not by_name and not single_key:
        return None
    remedy = "write a list of layers, each with name, title and sources"
    return error(("layers",), f"this is the syntax of MapProxy before 1.4, which is not supported; {remedy}")


def layer_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """A problem for each name in the layer tree that leads nowhere or stands twice."""
    yield from _Layers(settings, broken).problems()


class _Layers:
    """The checks of the layer tree."""

    def __init__(self, settings: Settings, broken: Collection[OptionPath]) -> None:
        self._settings = settings
        self._broken = broken
        self._sources = {*settings.sources, *broken_names(broken, "sources")}
        self._caches = {*settings.caches, *broken_names(broken, "caches")}
        self._seen: dict[str, OptionPath] = {}
        self._with_maps: set[str] = set()

    def problems(self) -> Iterator[Problem]:
        """Of the whole tree."""
        for index, layer in enumerate(self._settings.layers):
            yield from self._of_layer(("layers", index), layer)
        yield from self._of_dataset()

    def _of_dataset(self) -> Iterator[Problem]:
        """Whether the layers of the whole dataset of OGC API are layers with maps."""
        service = self._settings.services.ogcapi
        for index, name in enumerate((service and service.default_dataset_layers) or ()):
            if name not in self._with_maps:
                message = f"there is no layer {name!r} with maps; use the name of one that has sources or layers"
                path: OptionPath = ("services", "ogcapi", "default_dataset_layers", index)
                yield error(path, message, suggestion=closest(name, self._with_maps))

    def _of_layer(self, path: OptionPath, layer: Layer) -> Iterator[Problem]:
        if layer.name is not None:
            if (before := self._seen.get(layer.name)) is not None:
                message = f"the name {layer.name!r} is taken by {path_text(before)}; names of layers are unique"
                yield error((*path, "name"), message)
            self._seen.setdefault(layer.name, path)
            if layer.sources or layer.layers or layer.legendurl:
                self._with_maps.add(layer.name)
        for index, source in enumerate(layer.sources or ()):
            yield from self._of_source((*path, "sources", index), source)
        for index, cache in enumerate(layer.tile_sources or ()):
            yield from self._of_tile_source((*path, "tile_sources", index), cache)
        yield from _dimension_problems(path, layer)
        yield from range_problems(path, layer)
        yield from self._offer(path, layer)
        for index, child in enumerate(layer.layers or ()):
            yield from self._of_layer((*path, "layers", index), child)

    def _of_source(self, path: OptionPath, text: str) -> Iterator[Problem]:
        if text in self._caches:
            return
        if not self._exists(text):
            message = f"there is no cache and no source {text!r}; add it to caches or sources"
            yield error(path, message, suggestion=closest(text, {*self._caches, *self._sources}))
        elif is_tiled_only(self._settings, text):
            message = f"the source {text!r} only knows tiles; put a cache between it and the layer"
            yield error(path, message)
        else:
            yield from tag_problems(self._settings, path, text)

    def _exists(self, text: str) -> bool:
        return text in self._caches or SourceName.parse(text).name in self._sources

    def _of_tile_source(self, path: OptionPath, name: str) -> Iterator[Problem]:
        if name in self._caches:
            return
        if SourceName.parse(name).name in self._sources:
            message = f"{name!r} is a source; tile_sources names caches: put a cache between"
            yield error(path, message, suggestion=closest(name, self._caches))
        else:
            message = f"there is no cache {name!r}; add it to caches"
            yield error(path, message, suggestion=closest(name, self._caches))

    def _offer(self, path: OptionPath, layer: Layer) -> Iterator[Problem]:
        """Whether the services of this version can offer the layer."""
        if not (layer.sources or layer.tile_sources or layer.layers or layer.legendurl):
            yield warning(path, f"the layer {layer.name or layer.title!r} shows nothing: name its sources or layers")
        if not layer.sources and not layer.tile_sources:
            return
        if is_refused(self._broken, (*path, "tile_sources")) or not all(map(self._exists, layer.sources or ())):
            return
        services = self._settings.services
        without_maps = services.wms is None and services.ogcapi is None and layer.name and not layer.tile_sources
        if without_maps and tile_caches(self._settings, layer, self._caches) is None:
            remedy = "tile services offer layers with exactly one cache among their sources, or with tile_sources"
            yield warning((*path, "sources"), f"no service offers the layer {layer.name!r}: {remedy}")
        for name in layer.tile_sources or layer.sources or () if layer.dimensions else ():
            cache = self._settings.caches.get(name)
            if cache and not cache.disable_storage and cache.cache is not None and type(cache.cache).later:
                message = f"the cache {name!r} cannot tell dimensions apart; use a cache of type 'file'"
                yield error((*path, "dimensions"), message)


def _dimension_problems(path: OptionPath, layer: Layer) -> Iterator[Problem]:
    """Whether values of dimensions can be made out."""
    for name, options in (layer.dimensions or {}).items():
        try:
            dimension = effective_dimension(name, options)
        except ValueError as problem:
            yield error((*path, "dimensions", name, "values"), f"{problem}")
            continue
        if dimension.default not in dimension.values:
            message = f"the default {dimension.default!r} is not among the values; add it to them, or use one of them"
            suggestion = closest(dimension.default, dimension.values)
            yield error((*path, "dimensions", name, "default"), message, suggestion=suggestion)


def tile_caches(settings: Settings, layer: Layer, caches: Collection[object]) -> tuple[str, ...] | None:
    """The caches whose tiles the layer offers, or None if it offers none (spec/services.md, 2.6)."""
    if layer.tile_sources is not None:
        return layer.tile_sources
    names = [name for name in layer.sources or () if not shows_no_map(settings, name) and not _is_debug(settings, name)]
    return (names[0],) if len(names) == 1 and names[0] in caches else None


def shows_no_map(settings: Settings, name: str) -> bool:
    """Whether a source of a layer is none of its maps, as it only answers questions."""
    if name in settings.caches:
        return False
    source = settings.sources.get(SourceName.parse(name).name)
    return source is not None and not source.draws_maps


def _is_debug(settings: Settings, name: str) -> bool:
    """Whether a source of a layer only writes boxes on its maps."""
    return name not in settings.caches and isinstance(settings.sources.get(name), DebugSource)

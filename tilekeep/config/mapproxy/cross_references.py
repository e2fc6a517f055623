"""Whether the names by which parts of the configuration refer to each other exist and fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.grids import Grid
from tilekeep.config.mapproxy.names import SourceName, known_grids
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import (
    MapnikSource,
    MbtilesSource,
    OgcApiTilesSource,
    PluginSource,
    PmtilesSource,
    TileSource,
    WmsLikeSource,
    WmtsSource,
)
from tilekeep.config.problems import OptionPath, Problem, error, warning
from tilekeep.config.suggestions import closest


def cross_reference_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """A problem for each name that leads nowhere; ``broken`` entries exist, but could not be understood."""
    yield from _References(settings, broken).problems()


class _References:
    """All names of a configuration, and the checks against them."""

    def __init__(self, settings: Settings, broken: Collection[OptionPath]) -> None:
        self._settings = settings
        self._grids = known_grids(settings)
        self._grid_names = {*self._grids, *broken_names(broken, "grids")}
        self._source_names = {*settings.sources, *broken_names(broken, "sources")}
        self._cache_names = {*settings.caches, *broken_names(broken, "caches")}

    def problems(self) -> Iterator[Problem]:
        """Of grids, sources and caches; layers have a module of their own."""
        for name, grid in self._settings.grids.items():
            yield from self._of_grid(("grids", name), name, grid)
        for name, source in self._settings.sources.items():
            if isinstance(source, TileSource) and source.grid is not None:
                yield from self._grid_exists(("sources", name, "grid"), source.grid)
        for name, cache in self._settings.caches.items():
            yield from self._of_cache(("caches", name), cache)

    def _of_grid(self, path: OptionPath, name: str, grid: Grid) -> Iterator[Problem]:
        for option in ("base", "align_resolutions_with"):
            other = getattr(grid, option)
            if other is None:
                continue
            if other not in self._grid_names:
                yield from self._grid_exists((*path, option), other)
            elif circle := _circle(name, other, self._grids_behind):
                remedy = "let one of them state its options itself"
                yield error((*path, option), f"grids refer to each other in a circle ({circle}); {remedy}")

    def _grids_behind(self, name: str) -> Iterator[str]:
        """The grids that a grid takes options or resolutions from."""
        grid = self._grids.get(name)
        for other in () if grid is None else (grid.base, grid.align_resolutions_with):
            if other is not None:
                yield other

    def _grid_exists(self, path: OptionPath, name: str) -> Iterator[Problem]:
        if name not in self._grid_names:
            message = f"the grid {name!r} does not exist; add it to grids or use a built-in one"
            yield error(path, message, suggestion=closest(name, self._grid_names))

    def _of_cache(self, path: OptionPath, cache: Cache) -> Iterator[Problem]:
        for index, grid in enumerate(cache.grids or ()):
            yield from self._grid_exists((*path, "grids", index), grid)
        for where, source in named_sources(cache):
            yield from self._of_cache_source((*path, "sources", *where), source)

    def _of_cache_source(self, path: OptionPath, text: str) -> Iterator[Problem]:
        if SourceName.parse(text).name in self._source_names:
            yield from tag_problems(self._settings, path, text)
        elif text in self._cache_names:
            if circle := _circle(str(path[1]), text, self._caches_below):
                remedy = "let one of them ask a source"
                yield error(path, f"caches fill each other in a circle ({circle}); {remedy}")
        else:
            message = f"the source {text!r} does not exist; add it to sources"
            yield error(path, message, suggestion=closest(text, {*self._source_names, *self._cache_names}))

    def _caches_below(self, name: str) -> Iterator[str]:
        """Caches that are sources of a cache."""
        cache = self._settings.caches.get(name)
        for _, text in named_sources(cache) if cache is not None else ():
            if text in self._settings.caches and SourceName.parse(text).name not in self._source_names:
                yield text


def _circle(name: str, first: str, behind: Callable[[str], Iterable[str]]) -> str | None:
    """The way from ``name`` by way of ``first`` back to itself, if there is one; ``behind`` names what comes next."""
    before: dict[str, str] = {first: name}
    following = [first]
    while following:
        current = following.pop()
        if current == name:
            return " -> ".join(reversed(_way_back(before, name)))
        for other in behind(current):
            if other not in before:
                before[other] = current
                following.append(other)
    return None


def _way_back(before: Mapping[str, str], name: str) -> list[str]:
    """The names from ``name`` back to itself, the last one first."""
    way = [name]
    while len(way) == 1 or way[-1] != name:
        way.append(before[way[-1]])
    return way


def named_sources(cache: Cache) -> Iterator[tuple[OptionPath, str]]:
    """The names of sources and caches that fill a cache, each with its place below ``sources``."""
    if isinstance(cache.sources, dict):
        for band, parts in cache.sources.items():
            for index, part in enumerate(parts):
                yield (band, index, "source"), part.source
    else:
        for index, name in enumerate(cache.sources):
            yield (index,), name


def tag_problems(settings: Settings, path: OptionPath, text: str) -> Iterator[Problem]:
    """Whether a source can be used by this name: tags need a source with layers that include them."""
    name, layers = SourceName.parse(text)
    source = settings.sources.get(name)
    if source is None:
        return
    if layers is None:
        if isinstance(source, WmsLikeSource) and not source.req.keys() & {"layers", "sld", "sld_body"}:
            message = f"the source {name!r} has no req.layers; add them, or name layers here: '{name}:layer1,layer2'"
            yield warning(path, message)
        return
    if not isinstance(source, WmsLikeSource | MapnikSource):
        message = f"layers can be chosen of wms, mapserver and mapnik sources only; {name!r} is of type {source.type!r}"
        yield error(path, message, suggestion=name)
        return
    offered = _mapnik_layers(source) if isinstance(source, MapnikSource) else source.req.get("layers")
    if not offered or (isinstance(source, WmsLikeSource) and not isinstance(offered, str)):
        return
    known = list(offered) if isinstance(offered, tuple) else str(offered).split(",")
    for layer in layers:
        if layer not in known:
            message = f"the source {name!r} has no layer {layer!r} (its layers: {', '.join(known)})"
            yield error(path, message, suggestion=closest(layer, known))


def is_tiled_only(settings: Settings, name: str) -> bool:
    """Whether the source only knows tiles, not maps of any box and size."""
    source = settings.sources.get(SourceName.parse(name).name)
    if isinstance(source, PluginSource):
        return source.tiled_only
    return isinstance(source, TileSource | OgcApiTilesSource | WmtsSource | MbtilesSource | PmtilesSource)


def broken_names(broken: Collection[OptionPath], section: str) -> set[str]:
    """Names of entries in one section of which something was refused."""
    return {str(name) for kind, name, *_ in (path for path in broken if len(path) > 1) if kind == section}


def _mapnik_layers(source: MapnikSource) -> tuple[str, ...]:
    from tilekeep.config.mapproxy.meaning_drawn import mapnik_layers

    return mapnik_layers(source)

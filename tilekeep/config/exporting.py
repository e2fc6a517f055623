"""A configuration with one cache more, into which tiles are exported (spec/util-deploy.md, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tilekeep.config.autoconfig.wmts import grid_options
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.mapproxy.names import known_grids
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid

_CACHE = "export"
_GRID = "export"

#: Options of a cache that concern what services offer.
_SHOWN = ("variants",)

#: Options of a cache that concern when its tiles are made anew.
_REFRESHING = ("refresh_before", "refresh")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to be exported.

    :ivar source: a cache or a source.
    :ivar grid: the name of a grid, or the options of one.
    :ivar store: options of the store that takes the tiles.
    :ivar fetches: whether missing tiles are made; without it nothing is asked of any server.
    :ivar from_the_north: whether rows have to be counted from the north.
    """

    source: str
    grid: str | Mapping[str, Any]
    store: Mapping[str, Any]
    fetches: bool = False
    from_the_north: bool = False


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """The configuration of an export; ``grid`` is the key of its grid."""

    loaded: LoadedSettings = field(repr=False)
    cache: str
    grid: str


def export_settings(loaded: LoadedSettings, order: ExportOrder) -> ExportSettings:
    """A configuration like ``loaded``, with a cache for the export in it.

    :raises ConfigurationProblems: the grid or the store cannot be as they are wanted.
    :raises ConfigurationError: there is no such source or grid.
    """
    data = dict(loaded.data)
    _refuse_unknown(loaded, order)
    cache = _free_name(_CACHE, loaded.settings.caches)
    grid = _add_grid(data, loaded, order)
    caches = data.get("caches") or {}
    changed = {name: _changed(loaded, name, options or {}, order) for name, options in caches.items()}
    data["caches"] = {**changed, cache: _export_cache(caches.get(order.source), order, grid)}
    return ExportSettings(loaded.with_data(data), cache, grid)


def static_settings(
    loaded: LoadedSettings, source: str, grid: TileGrid, last_level: int, image_format: str
) -> LoadedSettings:
    """A configuration of which the WMTS has just what is exported: one layer, and the levels up to the last one."""
    options = {**grid_options(grid), "res": list(grid.resolutions[: last_level + 1])}
    data = {
        "services": {"wmts": {"kvp": False, "restful": True}},
        "layers": ({"name": source, "title": source, "sources": (source,)},),
        "caches": {source: {"grids": (grid.name,), "sources": (), "format": image_format, "ledger": False}},
        "grids": {
            grid.name: {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        },
    }
    return loaded.with_data(data)


def grid_name(grid: str | Mapping[str, Any]) -> str:
    """What the grid of an export is called where people see it."""
    return grid if isinstance(grid, str) else "custom"


def is_source(loaded: LoadedSettings, name: str) -> bool:
    """Whether a name is that of a source, which goes before a cache of the same name."""
    return name in loaded.settings.sources


def _refuse_unknown(loaded: LoadedSettings, order: ExportOrder) -> None:
    known = [*loaded.settings.sources, *loaded.settings.caches]
    if order.source not in known:
        message = f"there is no cache and no source {order.source!r}; there are {', '.join(known) or 'none'}"
        raise ConfigurationError(message)
    grids = known_grids(loaded.settings)
    if isinstance(order.grid, str) and order.grid not in grids:
        raise ConfigurationError(f"there is no grid {order.grid!r}; there are {', '.join(grids)}")


def _add_grid(data: dict[str, Any], loaded: LoadedSettings, order: ExportOrder) -> str:
    """The key of the grid of the export, which is added where it is not one of the configuration."""
    if isinstance(order.grid, str) and not order.from_the_north:
        return order.grid
    key = _free_name(_GRID, known_grids(loaded.settings))
    options = {"base": order.grid} if isinstance(order.grid, str) else dict(order.grid)
    if order.from_the_north:
        options["origin"] = "nw"
        options["name"] = grid_name(order.grid)
    data["grids"] = {**(data.get("grids") or {}), key: options}
    return key


def _changed(loaded: LoadedSettings, name: str, options: Mapping[str, Any], order: ExportOrder) -> dict[str, Any]:
    """A cache as the export sees it: tiles of any age without its sources, else no tile before it is fresh."""
    changed = {option: value for option, value in options.items() if option not in _SHOWN}
    if name == order.source and order.grid in (options.get("grids") or ()):
        # Of a cache with one grid tiles are passed on as they are.
        changed["grids"] = (order.grid,)
    if order.fetches:
        changed["refresh"] = {"mode": "wait"}
        return changed
    for option in _REFRESHING:
        changed.pop(option, None)
    changed["sources"] = tuple(_caches_below(loaded, name))
    transparent = effective_cache(loaded.settings, name, loaded.base_dir).encoding.transparent
    changed["image"] = {"transparent": bool(transparent), **(options.get("image") or {})}
    return changed


def _caches_below(loaded: LoadedSettings, name: str) -> Iterator[str]:
    """The sources of a cache that are caches; of bands of several sources none."""
    settings = loaded.settings
    sources = settings.caches[name].sources
    if isinstance(sources, tuple):
        yield from (below for below in sources if below in settings.caches and below not in settings.sources)


def _export_cache(source: Mapping[str, Any] | None, order: ExportOrder, grid: str) -> dict[str, Any]:
    """It has the format of the cache that is exported; nothing of it is noted in ledgers."""
    cache: dict[str, Any] = {
        "grids": (grid,),
        "sources": (order.source,),
        "cache": dict(order.store),
        "ledger": False,
    }
    given = source or {}
    if given.get("format") is not None:
        cache["format"] = given["format"]
    if given.get("format") == "mixed":
        cache["request_format"] = given.get("request_format") or "image/png"
    if given.get("vector_layers") is not None:
        cache["vector_layers"] = given["vector_layers"]
    return cache


def _free_name(wanted: str, taken: Mapping[str, Any]) -> str:
    name = wanted
    while name in taken:
        name += "_"
    return name

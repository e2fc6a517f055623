"""Whether grids of a cache keep their tiles apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from tilekeep.config.mapproxy.backends import (
    AzureBackend,
    CompactBackend,
    CouchdbBackend,
    FileBackend,
    GeopackageBackend,
    MbtilesBackend,
    RedisBackend,
    S3Backend,
    SqliteBackend,
    TiersBackend,
)
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.meaning_place import tile_directory
from tilekeep.config.mapproxy.meaning_sqlite import sqlite_storage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import single_stores
from tilekeep.config.problems import OptionPath, Problem, error, path_text
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.same_tiles import have_same_tiles


def directory_problems(settings: Settings, grid: Callable[[str], TileGrid]) -> Iterator[Problem]:
    """An error for each grid whose tiles would take the places of those of an earlier grid of its cache.

    ``grid`` makes a grid from its key; those that cannot be made are passed over here.
    """
    for name, cache in settings.caches.items():
        if isinstance(cache.cache, TiersBackend):
            yield from _same_tiers(settings, name)
        for store in single_stores(settings, name):
            yield from _of_store(store.settings, name, grid)


def _same_tiers(settings: Settings, name: str) -> Iterator[Problem]:
    """An error for each tier that is the same store as one before it."""
    first: dict[tuple[type | None, str], OptionPath] = {}
    for path, alone in single_stores(settings, name):
        cache = alone.caches[name]
        for grid in cache.grids or ():
            other = first.setdefault((type(cache.cache), _place(alone, name, cache, grid)), path)
            if other != path:
                yield error(
                    path, f"the tier is the same store as {path_text(other)}; remove it, or state another place"
                )
                break


def _of_store(settings: Settings, name: str, grid: Callable[[str], TileGrid]) -> Iterator[Problem]:
    cache = settings.caches[name]
    grids = cache.grids or ()
    places = [_place(settings, name, cache, key) for key in grids] if len(grids) > 1 else []
    for (first, one), (second, other) in combinations(enumerate(grids), 2):
        if places[first] == places[second] and not _may_share(grid, one, other):
            message = f"tiles of {other!r} would overwrite those of {one!r}, as both go to {places[first]!r}"
            yield error(("caches", name, "grids", second), f"{message}; {_remedy(cache)}")


def _place(settings: Settings, name: str, cache: Cache, grid: str) -> str:
    """Where the tiles of a grid go: the directory or file, and in a GeoPackage the table."""
    directory = tile_directory(settings, name, grid, "")
    if isinstance(cache.cache, CouchdbBackend) and "%(grid_name)s" in cache.cache.tile_id:
        return f"{directory} ({effective_grid(settings, grid).name})"
    if not isinstance(cache.cache, GeopackageBackend):
        return directory
    return f"{directory} ({sqlite_storage(settings, cache.cache).table_of(name, effective_grid(settings, grid).name)})"


def _may_share(grid: Callable[[str], TileGrid], one: str, other: str) -> bool:
    try:
        return have_same_tiles(grid(one), grid(other))
    except ConfigurationError:
        return True


_BY_NAME = "give the grids different names"
_REMEDIES: dict[type, str] = {
    GeopackageBackend: "remove cache.table_name, or use a cache for each grid",
    MbtilesBackend: "use a cache for each grid",
    AzureBackend: "use a cache for each grid",
    S3Backend: "set cache.include_grid_name: true, or use a cache for each grid",
    RedisBackend: "remove cache.prefix, or use a cache for each grid",
    CouchdbBackend: "write %(grid_name)s into cache.tile_id, or use a cache for each grid",
}


def _remedy(cache: Cache) -> str:
    if _is_named_after_grids(cache):
        return _BY_NAME
    return _REMEDIES.get(type(cache.cache), "set cache.use_grid_names: true, or use a cache for each grid")


def _is_named_after_grids(cache: Cache) -> bool:
    """Whether grids of different names have places of their own."""
    backend = cache.cache
    if isinstance(backend, S3Backend | AzureBackend):
        return backend.directory is None
    if isinstance(backend, FileBackend):
        return backend.use_grid_names
    return isinstance(backend, CompactBackend | SqliteBackend)

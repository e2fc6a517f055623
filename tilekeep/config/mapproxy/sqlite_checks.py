"""Whether the options of sqlite, mbtiles and geopackage caches fit together, and what other programs will see."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator

from tilekeep.config.mapproxy.backends import (
    GeopackageBackend,
    MbtilesBackend,
)
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_grid import EffectiveGrid, effective_grid
from tilekeep.config.mapproxy.meaning_sqlite import SQLITE_BACKENDS, sqlite_storage, standard_origin
from tilekeep.config.mapproxy.names import grid_chain, known_grids
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.origin import origin_spelled

_TABLE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_EPSG = re.compile(r"EPSG:\d+")

#: Names that SQLite and the GeoPackage standard keep for themselves.
_RESERVED = ("sqlite_", "gpkg_", "rtree_", "tilekeep_")


def sqlite_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches of these types; ``broken`` options are not known."""
    files: dict[tuple[str, str], str] = {}
    for name, cache in settings.caches.items():
        path = ("caches", name)
        if (
            cache.disable_storage
            or not isinstance(cache.cache, SQLITE_BACKENDS)
            or is_refused(broken, (*path, "cache"))
        ):
            continue
        yield from _without_effect(path, cache)
        if not is_refused(broken, (*path, "grids")):
            for key in cache.grids or (DEFAULT_GRID,):
                chain = grid_chain(known_grids(settings), key)
                if chain is not None and not any(is_refused(broken, ("grids", each)) for each in (key,)):
                    yield from _of_grid(settings, path, cache, key)
        yield from _shared_file(files, name, cache)


def _without_effect(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    backend = cache.cache
    if cache.link_single_color_images:
        message = "'link_single_color_images' has no effect in databases, where no file is a tile; remove it"
        yield warning((*path, "link_single_color_images"), message, place=Place.KEY)
    if cache.cache_dir is not None and getattr(backend, "directory", None) is not None:
        message = "'cache_dir' has no effect beside cache.directory; remove it"
        yield warning((*path, "cache_dir"), message, place=Place.KEY)
    if isinstance(backend, GeopackageBackend) and backend.levels and backend.filename is not None:
        message = "'filename' has no effect beside levels: true, where files are named after levels; remove it"
        yield warning((*path, "cache", "filename"), message, place=Place.KEY)


def _of_grid(settings: Settings, path: OptionPath, cache: Cache, key: str) -> Iterator[Problem]:
    grid = effective_grid(settings, key)
    backend = cache.cache
    if isinstance(backend, GeopackageBackend):
        yield from _table_problems(path, backend, grid)
    if isinstance(backend, MbtilesBackend | GeopackageBackend) and backend.row_order == "grid":
        expected = standard_origin(sqlite_storage(settings, backend).kind)
        if expected is not None and origin_spelled(grid.origin) not in (None, expected):
            corner = "south-west" if expected == "sw" else "north-west"
            message = f"other programs will see the tiles of the grid {grid.name!r} flipped: they count rows from"
            remedy = f"{corner}; for a new file set row_order: standard, MapProxy reads only row_order: grid"
            yield warning((*path, "cache"), f"{message} {remedy}", place=Place.KEY)


def _table_problems(path: OptionPath, backend: GeopackageBackend, grid: EffectiveGrid) -> Iterator[Problem]:
    name = backend.table_name or f"{path[-1]}_{grid.name}"
    where = (*path, "cache", "table_name") if backend.table_name else (*path, "cache")
    if not _TABLE_NAME.fullmatch(name):
        message = f"the table would be called {name!r}; set table_name, of letters, digits, '_' and '-' only"
        yield error(where, message, place=Place.KEY)
    elif name.lower().startswith(_RESERVED):
        yield error(where, f"names of tables cannot begin as {name!r} does; set another table_name")
    if not _EPSG.fullmatch(grid.srs):
        message = f"a GeoPackage needs an SRS with an EPSG number; the grid {grid.name!r} has {grid.srs!r}"
        yield error((*path, "cache"), f"{message}; use another type of cache", place=Place.KEY)


def _shared_file(files: dict[tuple[str, str], str], name: str, cache: Cache) -> Iterator[Problem]:
    """Caches that would replace each other's tiles; one that only shows what others store may share a file."""
    backend = cache.cache
    filename = getattr(backend, "filename", None)
    if filename is None or not cache.sources or (isinstance(backend, GeopackageBackend) and backend.levels):
        return
    table = (backend.table_name or name) if isinstance(backend, GeopackageBackend) else ""
    other = files.setdefault((os.path.normpath(filename), table), name)
    if other != name:
        message = f"the cache {other!r} stores tiles in the same file; give each a file of its own"
        yield warning(("caches", name, "cache", "filename"), message)

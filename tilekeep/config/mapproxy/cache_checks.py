"""Whether the options of a cache fit together."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping

from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    CompactBackend,
    FileBackend,
)
from tilekeep.config.mapproxy.band_checks import band_problems
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.coverage_checks import coverage_problems
from tilekeep.config.mapproxy.cross_references import is_tiled_only, named_sources
from tilekeep.config.mapproxy.depth_checks import depth_problems
from tilekeep.config.mapproxy.globals import Refresh
from tilekeep.config.mapproxy.grids import DEFAULT_GRID, Grid
from tilekeep.config.mapproxy.meaning_image import cache_image_choice
from tilekeep.config.mapproxy.names import SourceName, grid_chain, inherited, known_grids
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.value_checks import pair_problems
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.image import MIXED, PNG, subtype

_MIXED_REQUESTS = ("image/png", "image/vnd.jpeg-png")


def cache_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """Of all caches; ``broken`` options are not known."""
    grids = {name: grid for name, grid in known_grids(settings).items() if not is_refused(broken, ("grids", name))}
    for name, cache in settings.caches.items():
        path = ("caches", name)
        yield from pair_problems((*path, "meta_size"), cache.meta_size)
        yield from band_problems(settings, path, cache)
        yield from depth_problems(settings, path, cache)
        yield from _mixed_request(path, cache)
        yield from _rescaling(path, cache)
        yield from _direct(settings, path, cache)
        yield from _refresh(settings, path, cache)
        if not any(is_refused(broken, (*path, option)) for option in ("meta_size", "meta_buffer")):
            yield from _mixed_sources(settings, path, cache)
        if not is_refused(broken, (*path, "cache")):
            yield from _place_problems(grids, path, cache)
        if cache.cache is not None:
            yield from coverage_problems((*path, "cache", "coverage"), cache.cache.coverage)
    yield from _shared_directories(settings)


def store_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """Of where the tiles of all caches lie."""
    grids = {name: grid for name, grid in known_grids(settings).items() if not is_refused(broken, ("grids", name))}
    for name, cache in settings.caches.items():
        yield from _place_problems(grids, ("caches", name), cache)


def _mixed_request(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    if cache.format == MIXED and cache.request_format not in _MIXED_REQUESTS:
        message = "the format 'mixed' needs request_format: image/png (or image/vnd.jpeg-png); add it"
        yield error((*path, "request_format"), message)


def _refresh(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """The time to wait matters to one mode only."""
    own, default = cache.refresh or Refresh.untouched(), settings.globals.cache.refresh or Refresh.untouched()
    mode = own.mode or default.mode or "wait"
    if own.deadline is not None and mode != "deadline":
        yield warning((*path, "refresh", "deadline"), f"has no effect with mode {mode!r}; set mode: deadline")


def _mixed_sources(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Sources of tiles and sources of maps cannot fill one meta tile (spec/sources.md, 1)."""
    names = [name for _, name in named_sources(cache) if _draws(settings, name)]
    tiled = [name for name in names if is_tiled_only(settings, name)]
    if not tiled or len(tiled) == len(names):
        return
    defaults = settings.globals.cache
    size = (cache.meta_size or defaults.meta_size)[:2]
    buffer = defaults.meta_buffer if cache.meta_buffer is None else cache.meta_buffer
    if buffer > 0 or size != (1, 1):
        message = f"{', '.join(map(repr, tiled))} cannot fill meta tiles, the others can"
        remedy = "set meta_size: [1, 1] and meta_buffer: 0, or use a cache for each kind"
        yield error((*path, "sources"), f"{message}; {remedy}")


def _rescaling(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Tiles are made from coarser or from finer ones, not from both (spec/caches.md, 9)."""
    if cache.upscale_tiles and cache.downscale_tiles:
        message = "tiles cannot be made from coarser and from finer ones; remove upscale_tiles or downscale_tiles"
        yield error((*path, "downscale_tiles"), message)
    if cache.cache_rescaled_tiles and not cache.upscale_tiles and not cache.downscale_tiles:
        message = "'cache_rescaled_tiles' has no effect without upscale_tiles or downscale_tiles; remove it"
        yield warning((*path, "cache_rescaled_tiles"), message, place=Place.KEY)


def _direct(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """The source that is asked beside the cache must draw any map, and there must be no doubt which (caches.md, 14)."""
    option = "use_direct_from_level" if cache.use_direct_from_level is not None else "use_direct_from_res"
    if getattr(cache, option) is None:
        return
    names = [name for _, name in named_sources(cache)]
    if len(names) != 1 or isinstance(cache.sources, dict):
        message = f"{option!r} needs exactly one source; remove it, or put the sources together in a cache of their own"
        yield error((*path, option), message, place=Place.KEY)
    elif names[0] in settings.caches:
        message = f"{option!r} cannot ask {names[0]!r}, which is a cache; remove it, or name a source"
        yield error((*path, option), message, place=Place.KEY)
    elif is_tiled_only(settings, names[0]) or not _draws(settings, names[0]):
        message = f"{option!r} cannot ask {names[0]!r}, which draws no map of any box; remove it"
        yield error((*path, option), message, place=Place.KEY)
    if cache.use_direct_from_level is not None and cache.use_direct_from_res is not None:
        message = "'use_direct_from_res' has no effect beside use_direct_from_level; remove one of them"
        yield warning((*path, "use_direct_from_res"), message, place=Place.KEY)


def _draws(settings: Settings, name: str) -> bool:
    """Whether the source exists and draws maps, as caches do."""
    source = settings.sources.get(SourceName.parse(name).name)
    if source is None:
        return name in settings.caches
    return source.draws_maps


def _place_problems(grids: Mapping[str, Grid], path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Where the tiles lie."""
    names = cache.grids
    if names is None:
        message = f"the cache states no grids and gets [{DEFAULT_GRID}]; state them"
        yield warning((*path, "grids"), message, place=Place.KEY)
        names = (DEFAULT_GRID,)
    elif not names:
        yield error((*path, "grids"), "the cache has no grid; name at least one")
    for index, grid in enumerate(names):
        if grid in names[:index]:
            yield warning((*path, "grids", index), f"the grid {grid!r} stands twice; remove one of them")
    backend: BackendOptions = cache.cache if cache.cache is not None else FileBackend.untouched()
    if cache.disable_storage:
        if cache.cache is not None:
            message = "'cache' has no effect beside disable_storage: true, which stores nothing; remove one of them"
            yield warning((*path, "cache"), message, place=Place.KEY)
    elif isinstance(backend, FileBackend | CompactBackend):
        yield from _file_place_problems(grids, path, cache, backend, names)


def _file_place_problems(
    grids: Mapping[str, Grid],
    path: OptionPath,
    cache: Cache,
    backend: FileBackend | CompactBackend,
    names: tuple[str, ...],
) -> Iterator[Problem]:
    if isinstance(backend, CompactBackend) and cache.link_single_color_images:
        message = "'link_single_color_images' has no effect in bundles, where no file is a tile; remove it"
        yield warning((*path, "link_single_color_images"), message, place=Place.KEY)
    if backend.directory is not None:
        if len(names) > 1:
            message = "tiles of several grids cannot share one directory; remove it, or use a cache for each grid"
            yield error((*path, "cache", "directory"), message)
        if cache.cache_dir is not None:
            message = "'cache_dir' has no effect beside cache.directory; remove it"
            yield warning((*path, "cache_dir"), message, place=Place.KEY)
    elif isinstance(backend, FileBackend) and not backend.use_grid_names:
        for index, name in enumerate(names):
            chain = grid_chain(grids, name)
            if chain is not None and inherited(chain).srs is None:
                where = (*path, "grids", index) if cache.grids is not None else (*path, "grids")
                message = f"the directory is named after the SRS, but the grid {name!r} states none; add srs to it"
                yield error(where, message)


def _shared_directories(settings: Settings) -> Iterator[Problem]:
    """Caches that would replace each other's tiles; one that only shows what others store may share a directory."""
    first: dict[tuple[str, str], str] = {}
    for name, cache in settings.caches.items():
        backend = cache.cache
        if isinstance(backend, FileBackend | CompactBackend) and backend.directory is not None and cache.sources:
            names = "bundles"
            if isinstance(backend, FileBackend):
                image_format = cache_image_choice(settings, cache.image, cache.format or PNG).format or PNG
                names = f"{backend.directory_layout}.{subtype(image_format)}"
            place = (os.path.normpath(backend.directory), names)
            other = first.setdefault(place, name)
            if other != name:
                message = f"the cache {other!r} stores tiles under the same names; give each a directory of its own"
                yield warning(("caches", name, "cache", "directory"), message)

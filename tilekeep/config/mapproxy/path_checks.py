"""Whether the files and directories that a configuration names are there, as far as a look without touching tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    RedisBackend,
    TiersBackend,
)
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.coverage import Coverage, named_files
from tilekeep.config.mapproxy.globals import MeetingPoint
from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.legend_checks import legend_urls
from tilekeep.config.mapproxy.meaning_legends import legend_file
from tilekeep.config.mapproxy.meaning_mapserver import mapserver_program
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import (
    GeojsonSource,
    GeotiffSource,
    MapnikSource,
    MapserverSource,
    MbtilesSource,
    PmtilesSource,
    TileSource,
    WmsLikeSource,
)
from tilekeep.config.mapproxy.tile_files import directory_of_tiles
from tilekeep.config.problems import OptionPath, Problem, error, warning

#: Options of Redis servers that name files.
_OF_REDIS = ("ssl_certfile", "ssl_keyfile", "ssl_ca_certs")


class PathProbe(Protocol):
    """Looks at paths; changes nothing and raises nothing."""

    def unreadable_file(self, path: str) -> str | None:
        """Why the file cannot be read, or None."""
        ...

    def unusable_program(self, path: str) -> str | None:
        """Why the program cannot be run, or None; one without a slash is looked up in the ``PATH``."""
        ...

    def is_directory(self, path: str) -> bool:
        """Whether a directory can be found there."""
        ...

    def exists(self, path: str) -> bool:
        """Whether anything is there."""
        ...

    def unusable_directory(self, path: str) -> str | None:
        """Why nothing could be stored below a directory that may still have to be made, or None."""
        ...


def path_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Of the globals, sources and caches; relative paths start at ``base_dir``."""
    yield from _file_problems(settings, base_dir, probe)
    yield from _admin_problems(settings, base_dir, probe)
    yield from _legend_problems(settings, base_dir, probe)
    yield from _directory_problems(settings, base_dir, probe)
    yield from _mapserver_problems(settings, base_dir, probe)
    yield from _mapfile_problems(settings, base_dir, probe)
    yield from _drawn_file_problems(settings, base_dir, probe)
    for name, cache in settings.caches.items():
        mtime = cache.refresh_before.mtime if cache.refresh_before is not None else None
        if mtime is not None and not probe.exists(from_base(base_dir, mtime)):
            message = f"there is no file {mtime!r}, so no tile counts as stale; make it, or correct the name"
            yield warning(("caches", name, "refresh_before", "mtime"), message)
    yield from _tile_problems(settings, base_dir, probe)
    for path, name in dict(_directories(settings)).items():
        if reason := probe.unusable_directory(from_base(base_dir, name)):
            yield warning(path, f"nothing can be stored in {name!r}: {reason}")


def _file_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Files that are read."""
    for path, name in _archives(settings):
        if reason := probe.unreadable_file(from_base(base_dir, name)):
            yield error(path, f"the archive {name!r} cannot be read: {reason}; correct the name")
    for path, name in _certificates(settings):
        if reason := probe.unreadable_file(from_base(base_dir, name)):
            yield error(path, f"the file {name!r} cannot be read: {reason}; requests would fail")
    for path, name in _coverage_files(settings):
        if reason := probe.unreadable_file(from_base(base_dir, name)):
            yield error(path, f"the area cannot be read from {name!r}: {reason}; correct the name")
    for path, name in _stylesheets(settings):
        if reason := probe.unreadable_file(from_base(base_dir, name)):
            yield error(path, f"the stylesheet {name!r} cannot be read: {reason}; correct the name")


def _admin_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Tasks of seeding that can be started: without them nothing can, which is no reason not to serve."""
    tasks = None if settings.services.admin is None else settings.services.admin.seed_config
    if tasks is not None and (reason := probe.unreadable_file(from_base(base_dir, tasks))):
        message = f"the tasks cannot be read from {tasks!r}: {reason}; correct the name"
        yield warning(("services", "admin", "seed_config"), message)


def _directory_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Directories that others fill."""
    proj = settings.globals.srs.proj_data_dir
    if proj is not None and not probe.is_directory(from_base(base_dir, proj)):
        yield error(("globals", "srs", "proj_data_dir"), f"there is no directory {proj!r}; name that of PROJ's data")
    fonts = settings.globals.image.font_dir
    if fonts is not None and not probe.is_directory(from_base(base_dir, fonts)):
        yield error(("globals", "image", "font_dir"), f"there is no directory {fonts!r}; name one with DejaVuSans.ttf")


def _tile_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Directories with tiles: those that are missing are failures of the source, until they are there."""
    for name, source in settings.sources.items():
        directory = directory_of_tiles(source.url, base_dir) if isinstance(source, TileSource) else None
        if directory is not None and not probe.is_directory(directory):
            message = f"there is no directory {directory!r} to read tiles from; correct the name, or fill it"
            yield warning(("sources", name, "url"), message)


def _drawn_file_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Files with features and rasters."""
    for name, source in settings.sources.items():
        if not isinstance(source, GeojsonSource | GeotiffSource):
            continue
        if reason := probe.unreadable_file(from_base(base_dir, source.filename)):
            message = f"the file {source.filename!r} cannot be read: {reason}; correct the name"
            yield error(("sources", name, "filename"), message)


def _mapfile_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Styles of Mapnik, but those that each level has one of."""
    for name, source in settings.sources.items():
        if not isinstance(source, MapnikSource):
            continue
        from tilekeep.config.mapproxy.meaning_drawn import LEVEL_VARIABLE

        if LEVEL_VARIABLE in source.mapfile:
            continue
        if reason := probe.unreadable_file(from_base(base_dir, source.mapfile)):
            message = f"the mapfile {source.mapfile!r} cannot be read: {reason}; correct the name"
            yield warning(("sources", name, "mapfile"), message)


def _mapserver_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Programs that draw, where they run, and what they draw; each option once."""
    found: dict[OptionPath, Problem] = {}
    for name, source in settings.sources.items():
        if not isinstance(source, MapserverSource):
            continue
        program, own = mapserver_program(settings, source, base_dir), source.mapserver
        if reason := probe.unusable_program(program.binary):
            path = _mapserver_option(name, "binary", own.binary if own else None)
            remedy = (
                "name the program mapserv of MapServer" if "/" in program.binary else "add it, and name the program"
            )
            found[path] = error(path, f"MapServer cannot be run as {program.binary!r}: {reason}; {remedy}")
        if program.working_dir is not None and not probe.is_directory(program.working_dir):
            path = _mapserver_option(name, "working_dir", own.working_dir if own else None)
            found[path] = error(path, f"there is no directory {program.working_dir!r} for MapServer to run in")
        mapfile = source.req.get("map")
        if isinstance(mapfile, str) and (reason := probe.unreadable_file(from_base(base_dir, mapfile))):
            path = ("sources", name, "req", "map")
            found[path] = warning(path, f"the mapfile {mapfile!r} cannot be read: {reason}; correct the name")
    yield from found.values()


def _mapserver_option(source: str, option: str, own: str | None) -> OptionPath:
    """Where an option of the program stands: at the source, else in the globals."""
    return ("globals", "mapserver", option) if own is None else ("sources", source, "mapserver", option)


def _certificates(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Files with certificates, each with its option."""
    option = "ssl_ca_certs"
    sections: list[tuple[OptionPath, HttpOptions | None]] = [(("globals", "http"), settings.globals.http)]
    sections += [
        (("sources", name, "http"), getattr(source, "http", None)) for name, source in settings.sources.items()
    ]
    for path, http in sections:
        if http is not None and http.ssl_ca_certs is not None:
            yield (*path, option), http.ssl_ca_certs
    servers: list[tuple[OptionPath, object]] = [(("globals", "redis"), settings.globals.redis)]
    servers += [(("caches", name, "cache"), cache.cache) for name, cache in settings.caches.items()]
    for path, server in servers:
        for option in _OF_REDIS if isinstance(server, RedisBackend | MeetingPoint) else ():
            if (file := getattr(server, option)) is not None:
                yield (*path, option), file


def _coverage_files(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Files with coverages, each with its option."""
    coverages: list[tuple[OptionPath, Coverage | None]] = [
        (("sources", name, "coverage"), source.coverage) for name, source in settings.sources.items()
    ]
    coverages += [
        (("caches", name, "cache", "coverage"), cache.cache.coverage)
        for name, cache in settings.caches.items()
        if cache.cache is not None
    ]
    for path, coverage in coverages:
        if coverage is not None:
            yield from named_files(path, coverage)


def _archives(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Files that sources read tiles from, each with its option."""
    for name, source in settings.sources.items():
        if isinstance(source, MbtilesSource | PmtilesSource) and source.filename is not None:
            yield ("sources", name, "filename"), source.filename


def _legend_problems(settings: Settings, base_dir: str, probe: PathProbe) -> Iterator[Problem]:
    """Files with legends: a missing one costs no more than the legend."""
    for path, url in legend_urls(settings):
        name = legend_file(url, base_dir)
        if name is not None and (reason := probe.unreadable_file(name)):
            yield warning(path, f"the legend cannot be read from {name!r}: {reason}; correct the name")


def _stylesheets(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Files that transform feature info, each with its option."""
    wms = settings.services.wms
    for kind, name in (wms.featureinfo_xslt or {}).items() if wms is not None else ():
        yield ("services", "wms", "featureinfo_xslt", kind), name
    for source_name, source in settings.sources.items():
        if isinstance(source, WmsLikeSource) and source.wms_opts.featureinfo_xslt:
            yield ("sources", source_name, "wms_opts", "featureinfo_xslt"), source.wms_opts.featureinfo_xslt


def _directories(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Directories that are written to, each with its option."""
    globals_ = settings.globals.cache
    if any(not _has_own_directory(cache) for cache in settings.caches.values()):
        yield ("globals", "cache", "base_dir"), globals_.base_dir
    admin = settings.services.admin
    if admin is not None and admin.runs_dir is not None:
        yield ("services", "admin", "runs_dir"), admin.runs_dir
    for option in ("lock_dir", "tile_lock_dir", "ledger_dir"):
        if option in globals_.model_fields_set:
            yield ("globals", "cache", option), getattr(globals_, option)
    for name, cache in settings.caches.items():
        if cache.cache_dir is not None:
            yield ("caches", name, "cache_dir"), cache.cache_dir
        for path, backend in _stores(name, cache):
            # What keys of objects begin with is no directory.
            options = ("tile_lock_dir",) if isinstance(backend, OBJECT_BACKENDS) else ("directory", "tile_lock_dir")
            for option in options:
                if directory := getattr(backend, option, None):
                    yield (*path, option), directory


def _stores(name: str, cache: Cache) -> Iterator[tuple[OptionPath, BackendOptions]]:
    """The store of a cache, and its tiers, each with its options' path."""
    path = ("caches", name, "cache")
    if cache.cache is not None and not type(cache.cache).later:
        yield path, cache.cache
    if isinstance(cache.cache, TiersBackend):
        for index, tier in enumerate(cache.cache.tiers):
            yield (*path, "tiers", index), tier


def _has_own_directory(cache: Cache) -> bool:
    later = cache.cache is None or type(cache.cache).later
    own = None if later else getattr(cache.cache, "directory", None)
    return bool(own or cache.cache_dir)

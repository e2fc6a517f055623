"""Whether archives are stated as such, and used as what they are: tiles that are only read (own additions)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    PmtilesBackend,
    TiersBackend,
)
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.source_checks import url_problems
from tilekeep.config.mapproxy.sources import PmtilesSource
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning


def archive_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches and sources; ``broken`` options are not known."""
    for name, cache in settings.caches.items():
        if not cache.disable_storage and not is_refused(broken, ("caches", name)):
            for path, archive, is_last in _archives(("caches", name, "cache"), cache.cache):
                yield from _place_problems(path, archive)
                yield from _use_problems(path, cache, is_last=is_last)
    for name, source in settings.sources.items():
        if isinstance(source, PmtilesSource) and not is_refused(broken, ("sources", name)):
            yield from _place_problems(("sources", name), source)


def _archives(path: OptionPath, backend: BackendOptions | None) -> Iterator[tuple[OptionPath, PmtilesBackend, bool]]:
    """The archives among the stores of a cache, and whether each is the only one or the last tier."""
    if isinstance(backend, PmtilesBackend):
        yield path, backend, True
    if isinstance(backend, TiersBackend):
        for index, tier in enumerate(backend.tiers):
            if isinstance(tier, PmtilesBackend):
                yield (*path, "tiers", index), tier, index == len(backend.tiers) - 1


def _place_problems(path: OptionPath, archive: PmtilesBackend | PmtilesSource) -> Iterator[Problem]:
    if archive.url is not None:
        yield from url_problems((*path, "url"), archive.url)
        if archive.filename is not None:
            yield error((*path, "filename"), "an archive is a file or lies on a server; remove filename or url")
    elif archive.filename is None and isinstance(archive, PmtilesSource):
        yield error((*path, "filename"), "the archive is not named; add filename or url", place=Place.KEY)
    elif archive.http is not None:
        yield warning((*path, "http"), "'http' has no effect for a file; remove it", place=Place.KEY)


def _use_problems(path: OptionPath, cache: Cache, *, is_last: bool) -> Iterator[Problem]:
    """Nothing can be stored in an archive."""
    if cache.sources:
        message = "a PMTiles archive is only read, so that tiles of sources cannot be stored in it"
        yield error((*path, "type"), f"{message}; set sources: [], or use another type and this one as a source")
    elif cache.cache_rescaled_tiles:
        message = "a PMTiles archive is only read, so that rescaled tiles cannot be stored in it"
        yield error(("caches", path[1], "cache_rescaled_tiles"), f"{message}; remove it")
    if not is_last:
        yield error((*path, "type"), "a PMTiles archive is only read; make it the last tier, which the others copy")

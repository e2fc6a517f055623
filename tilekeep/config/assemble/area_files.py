"""The files that areas are read from, and what tells one version of them from the next."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain

from tilekeep.config.mapproxy.coverage import is_connection
from tilekeep.config.mapproxy.meaning_cache import cache_coverage
from tilekeep.config.mapproxy.meaning_coverage import (
    EffectiveArea,
    EffectiveBox,
    EffectiveCombination,
    EffectiveExpiredTiles,
    EffectivePolygons,
    effective_coverage,
)
from tilekeep.config.mapproxy.root import Settings

#: For each file its path, and the modification time in nanoseconds and the size in bytes if it is there.
FileVersions = tuple[tuple[str, tuple[int, int] | None], ...]

#: What GDAL reads beside a shapefile.
_BESIDE_SHAPES = (".dbf", ".shx", ".cpg")


def configured_area_files(settings: Settings, base_dir: str) -> tuple[str, ...]:
    """Paths of all that the areas of sources and caches are read from, each once."""
    sources = (effective_coverage(source.coverage, base_dir) for source in settings.sources.values())
    caches = (cache_coverage(settings, name, base_dir) for name in settings.caches)
    areas = (coverage.area for coverage in chain(sources, caches) if coverage is not None)
    return tuple(dict.fromkeys(path for area in areas for path in _files(area)))


def area_versions(area: EffectiveArea) -> FileVersions:
    """The versions of all files of ``area`` as they are now."""
    return file_versions(_files(area))


def file_versions(paths: Iterable[str]) -> FileVersions:
    """The versions of files as they are now."""
    return tuple((path, _version(path)) for path in paths)


def _files(area: EffectiveArea) -> Iterator[str]:
    """The files of an area; of directories also all that is in them, so that new files are noticed."""
    match area:
        case EffectiveBox():
            return
        case EffectiveCombination():
            for member in area.members:
                yield from _files(member)
        case EffectiveExpiredTiles():
            yield from _below(area.path)
        case EffectivePolygons():
            if not is_connection(area.place) and not area.place.startswith("/vsi"):
                yield from _below(area.place)


def _below(path: str) -> Iterator[str]:
    yield path
    stem, extension = os.path.splitext(path)
    if extension.lower() == ".shp":
        yield from (stem + beside for beside in _BESIDE_SHAPES)
    for folder, folders, names in os.walk(path):
        yield from (os.path.join(folder, name) for name in sorted([*folders, *names]))


def _version(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size

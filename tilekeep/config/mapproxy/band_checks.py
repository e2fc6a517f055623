"""Whether the bands of sources that a cache is made of make an image (spec/caches.md, 11)."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import WmsSource
from tilekeep.config.problems import OptionPath, Place, Problem, error

_GREY = "l"


def band_problems(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Of one cache."""
    if isinstance(cache.sources, tuple):
        return
    if not cache.source_names:
        yield error((*path, "sources"), "no band is made of anything; name sources for some of r, g, b, a or for l")
    if _GREY in cache.sources and len(cache.sources) > 1:
        message = "a grey image has no other bands; remove 'l', or all others"
        yield error((*path, "sources", _GREY), message, place=Place.KEY)
    yield from _silent_sources(settings, path, cache)


def _silent_sources(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Sources without a map leave an empty tile, which would be stored."""
    sources = {name: settings.sources.get(SourceName.parse(name).name) for name in cache.source_names}
    seeding = {name for name, source in sources.items() if source is not None and source.seed_only}
    for name, source in sources.items():
        if isinstance(source, WmsSource) and not source.wms_opts.map:
            message = f"{name!r} draws no map (wms_opts.map: false), so that it has no bands; name another source"
            yield error((*path, "sources"), message)
        elif name in seeding and len(seeding) < len(sources):
            message = f"{name!r} is asked for seeding only, and without it tiles are empty; remove its seed_only"
            yield error((*path, "sources"), message)

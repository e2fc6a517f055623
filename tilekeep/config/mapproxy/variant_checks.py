"""Whether the other forms in which a cache is to offer its tiles can be made."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.cross_references import is_tiled_only, named_sources
from tilekeep.config.mapproxy.format_checks import is_known_format, unknown_format
from tilekeep.config.mapproxy.meaning_image import cache_image_choice, image_choice
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.image import AVIF, JPEG, MIXED, PNG, WEBP
from tilekeep.domain.opaque_format import opaque_format

#: Formats that browsers show.
_NEGOTIATED = (PNG, JPEG, WEBP, AVIF)


def variant_problems(settings: Settings) -> Iterator[Problem]:
    """Of all caches."""
    for name, cache in settings.caches.items():
        if cache.variants is None or opaque_format(cache.format) is not None:  # which has no images at all
            continue
        path = ("caches", name, "variants")
        yield from _formats(settings, path, cache)
        yield from _double(settings, path, cache)
        if not cache.variants.formats and cache.variants.double is None:
            yield warning(path, "has no effect without formats or double; name some, or remove it", place=Place.KEY)


def _formats(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    assert cache.variants is not None
    formats = settings.globals.image.formats
    own = cache_image_choice(settings, cache.image, cache.format or PNG).format or PNG
    seen: set[str] = set()
    for index, name in enumerate(cache.variants.formats):
        place = (*path, "formats", index)
        media_type = image_choice(settings, None, name).format
        if not is_known_format(name, formats):
            yield unknown_format(place, name, formats)
        elif media_type not in _NEGOTIATED:
            yield error(place, f"{name!r} is none that clients choose by Accept; name one of {', '.join(_NEGOTIATED)}")
        elif media_type == own or media_type in seen:
            yield error(place, f"tiles are offered as {media_type} already; remove it")
        elif own == MIXED and media_type in {PNG, JPEG}:
            yield error(place, f"a mixed cache has PNG and JPEG already; remove {name!r}")
        else:
            seen.add(media_type)


def _double(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Only sources of maps draw an area with any number of pixels."""
    assert cache.variants is not None
    if cache.variants.double != "source":
        return
    for _, name in named_sources(cache):
        is_cache = name in settings.caches and SourceName.parse(name).name not in settings.sources
        if is_cache or is_tiled_only(settings, name):
            message = f"{name!r} has tiles of one size; use double: next_level"
            yield error((*path, "double"), message)
            return
    if not cache.source_names:
        yield error((*path, "double"), "the cache has no source to ask; use double: next_level")

"""Whether the names of image formats mean formats that can be written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.image import ImageOptions
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem, error, warning
from tilekeep.config.suggestions import closest
from tilekeep.domain.image import AVIF, GEOTIFF, GIF, JPEG, MIXED, PNG, TIFF, WEBP, subtype
from tilekeep.domain.opaque_format import OPAQUE_NAMES, opaque_format

#: Formats with an encoder.
WRITTEN = (PNG, JPEG, GIF, TIFF, WEBP, AVIF)

#: Steps to an option of a cache.
_OF_CACHE = 3

#: What servers call formats that arrive as one of the others.
_ASKED_FOR = frozenset({"image/png8", "image/png24", "image/vnd.jpeg-png", "image/vnd.jpeg-png8"})


def format_problems(settings: Settings) -> Iterator[Problem]:
    """Of named formats, sources, caches and services."""
    formats = settings.globals.image.formats
    for name, options in formats.items():
        yield from _image_problems(("globals", "image", "formats", name), options, ())
    for name, source in settings.sources.items():
        image = getattr(source, "image", None)
        yield from _image_problems(("sources", name, "image"), image, formats)
    for name, cache in settings.caches.items():
        path = ("caches", name)
        yield from _cache_problems(path, cache, formats)
        yield from _image_problems((*path, "image"), cache.image, formats)
    for place, names in offered_formats(settings):
        yield from _offer_problems(place, names, formats)


def offered_formats(settings: Settings) -> Iterator[tuple[OptionPath, tuple[str, ...]]]:
    """Formats of maps that services offer, each list with its place."""
    for option in ("wms", "ogcapi"):
        for place, section in (("globals", settings.globals), ("services", settings.services)):
            options = getattr(section, option)
            if options is not None and options.image_formats is not None:
                yield (place, option, "image_formats"), options.image_formats


def _offer_problems(path: OptionPath, names: tuple[str, ...], formats: Mapping[str, ImageOptions]) -> Iterator[Problem]:
    """What is offered needs a media type, by which a client asks for it."""
    seen: dict[str, str] = {}
    for index, name in enumerate(names):
        media_type = (formats[name].format if name in formats else None) or name
        if subtype(media_type).lower() == "geotiff":
            known = media_type.startswith("image/")
        else:
            known = media_type.startswith("image/") and is_known_format(media_type, formats)
        if not known:
            yield unknown_format((*path, index), name, formats)
        elif (other := seen.setdefault(media_type, name)) != name or name in names[:index]:
            message = f"{name!r} and {other!r} are both offered as {media_type}; the later one counts, remove the other"
            yield warning((*path, index), message)


def _cache_problems(path: OptionPath, cache: Cache, formats: Collection[str]) -> Iterator[Problem]:
    named, requested = cache.format, cache.request_format
    if opaque_format(named) is not None or named == GEOTIFF:
        return
    if named is not None and not is_known_format(named, formats):
        yield unknown_format((*path, "format"), named, formats)
    elif named is not None and named != MIXED and "/" not in named and named not in formats:
        message = f"{named!r} is neither a MIME type nor one of globals.image.formats; tiles are stored as image/png"
        yield warning((*path, "format"), message, suggestion=f"image/{named}")
    known = requested is None or requested in _ASKED_FOR or opaque_format(requested) is not None
    if requested is not None and not known and not is_known_format(requested, formats):
        yield unknown_format((*path, "request_format"), requested, formats)


def _image_problems(path: OptionPath, image: ImageOptions | None, formats: Collection[str]) -> Iterator[Problem]:
    if image is not None and image.format is not None and not is_known_format(image.format, formats):
        yield unknown_format((*path, "format"), image.format, formats)


def is_known_format(name: str, formats: Collection[str]) -> bool:
    """Whether tiles can be written in the format of this name; ``formats`` are those that are named."""
    media_type = name if "/" in name else f"image/{name}"
    return name == MIXED or name in formats or (media_type.startswith("image/") and f"image/{subtype(name)}" in WRITTEN)


def unknown_format(path: OptionPath, name: str, formats: Collection[str]) -> Problem:
    """That the option at ``path`` names a format that does not exist."""
    known = (*WRITTEN, MIXED, *(OPAQUE_NAMES if path[:1] == ("caches",) and len(path) == _OF_CACHE else ()), *formats)
    message = f"the format {name!r} does not exist (known: {', '.join(known)})"
    meant = closest(subtype(name), map(subtype, WRITTEN))
    return error(path, message, suggestion=closest(name, formats) or (meant and f"image/{meant}"))

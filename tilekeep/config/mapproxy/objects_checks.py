"""Whether the options of s3 and azureblob caches fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from tilekeep.config.mapproxy.backends import (
    AzureBackend,
    S3Backend,
)
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.meaning_image import cache_image_choice
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, S3Storage, object_storage
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.image import PNG, subtype


def object_cache_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches of these types; ``broken`` options are not known."""
    first: dict[tuple[str, ...], str] = {}
    for name, cache in settings.caches.items():
        path = ("caches", name)
        if cache.disable_storage or not isinstance(cache.cache, OBJECT_BACKENDS) or is_refused(broken, path):
            continue
        yield from _names(settings, path, cache.cache, broken)
        yield from _endpoint(settings, path, cache.cache)
        yield from _without_effect(settings, path, cache)
        yield from _shared_prefix(settings, first, name, cache)


def _names(
    settings: Settings, path: OptionPath, backend: OBJECT_BACKENDS, broken: Collection[OptionPath]
) -> Iterator[Problem]:
    """A bucket or container has to be named, here or for all."""
    found = object_storage(settings, backend)
    name = found.bucket if isinstance(found, S3Storage) else found.container
    option, section = ("bucket_name", "s3") if isinstance(found, S3Storage) else ("container_name", "azureblob")
    places = (("globals", "cache", section, option), (*path, "cache", option))
    if not name and not any(is_refused(broken, place) for place in places):
        message = f"the cache states no {option}; add it here or to globals.cache.{section}"
        yield error((*path, "cache"), message, place=Place.KEY)


def _endpoint(settings: Settings, path: OptionPath, backend: OBJECT_BACKENDS) -> Iterator[Problem]:
    """An address has a scheme and a host, and no password, which would be shown."""
    found = object_storage(settings, backend)
    if not isinstance(found, S3Storage) or found.endpoint_url is None:
        return
    own = getattr(backend, "endpoint_url", None) is not None
    where = (*path, "cache", "endpoint_url") if own else ("globals", "cache", "s3", "endpoint_url")
    try:
        parts = urlsplit(found.endpoint_url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if "@" in found.endpoint_url:
        message = "credentials do not belong into the address; use profile_name or AWS_ACCESS_KEY_ID"
        yield error(where, message)
    elif not sound:
        yield error(where, "expected an address such as https://objects.example")


def _without_effect(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    backend = cache.cache
    if cache.link_single_color_images:
        message = "'link_single_color_images' has no effect on objects, which have no links; remove it"
        yield warning((*path, "link_single_color_images"), message, place=Place.KEY)
    if isinstance(backend, S3Backend) and backend.include_grid_name and backend.directory is None:
        message = "'include_grid_name' has no effect without directory, as keys then have the name of the grid anyway"
        yield warning((*path, "cache", "include_grid_name"), f"{message}; remove it", place=Place.KEY)
    if (
        isinstance(backend, S3Backend | AzureBackend)
        and backend.directory is not None
        and not (backend.tile_lock_dir or settings.globals.cache.tile_lock_dir)
    ):
        message = "the locks of tiles go to a local directory of this name, as in MapProxy; set tile_lock_dir"
        yield warning((*path, "cache", "directory"), message)


def _shared_prefix(settings: Settings, first: dict[tuple[str, ...], str], name: str, cache: Cache) -> Iterator[Problem]:
    """Caches that would replace each other's tiles; one that only shows what others store may share a prefix."""
    backend = cache.cache
    if not isinstance(backend, OBJECT_BACKENDS) or backend.directory is None or not cache.sources:
        return
    found = object_storage(settings, backend)
    where = (found.bucket, found.endpoint_url or "") if isinstance(found, S3Storage) else (found.container,)
    image_format = cache_image_choice(settings, cache.image, cache.format or PNG).format or PNG
    place = (type(found).__name__, *where, backend.directory.strip("/"), found.directory_layout, subtype(image_format))
    other = first.setdefault(place, name)
    if other != name:
        message = f"the cache {other!r} stores tiles under the same names; give each a directory of its own"
        yield warning(("caches", name, "cache", "directory"), message)

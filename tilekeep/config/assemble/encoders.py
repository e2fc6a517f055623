"""Whether the installed libraries can write the formats of caches and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tilekeep.config.mapproxy.format_checks import offered_formats
from tilekeep.config.mapproxy.meaning_image import cache_image_choice, image_choice
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem, error
from tilekeep.domain.image import PNG


def encoder_problems(settings: Settings, has_encoder: Callable[[str], bool]) -> Iterator[Problem]:
    """An error for each format that is to be written and cannot be."""
    for option, media_type in _written(settings):
        if media_type is not None and not has_encoder(media_type):
            message = f"the installed Pillow cannot write {media_type}; install one that can, or use another format"
            yield error(option, message)


def _written(settings: Settings) -> Iterator[tuple[OptionPath, str | None]]:
    """The media types of tiles and of maps, each with the option that names it."""
    for name, cache in settings.caches.items():
        path: OptionPath = ("caches", name)
        own = cache.image is not None and cache.image.format is not None
        option = (*path, "image", "format") if own else (*path, "format") if cache.format else path
        yield option, cache_image_choice(settings, cache.image, cache.format or PNG).format
    for option, names in offered_formats(settings):
        for index, name in enumerate(names):
            yield (*option, index), image_choice(settings, None, name).format

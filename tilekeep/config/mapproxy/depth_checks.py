"""Whether caches of values with more than 8 bits can keep them."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.meaning_image import cache_image_choice
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem, error, warning
from tilekeep.domain.image import GEOTIFF, PNG, TIFF

#: Formats that have one band of 16 bits.
_DEEP = (PNG, TIFF, GEOTIFF)


def depth_problems(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """Of one cache whose tiles are to be whole numbers of any size (``mode: I``)."""
    choice = cache_image_choice(settings, cache.image, cache.format or PNG)
    if choice.mode != "I":
        return
    if choice.format is not None and choice.format not in _DEEP:
        message = f"{choice.format} has no more than 8 bits, which mode: I is not; use one of {', '.join(_DEEP)}"
        own = cache.image is not None and cache.image.format is not None
        yield error((*path, "image", "format") if own else (*path, "format"), message)
    if cache.watermark is not None and cache.watermark.text:
        yield error((*path, "watermark"), "text would change the values of a cache with mode: I; remove it")
    if isinstance(cache.sources, dict):
        yield error((*path, "sources"), "merged bands have 8 bits, which mode: I is not; remove the mode")
    if choice.transparent:
        option = (*path, "image", "transparent") if cache.image and cache.image.transparent else path
        yield warning(option, "tiles with mode: I have no transparency; where there is nothing they are 0")

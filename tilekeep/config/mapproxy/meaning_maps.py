"""The meaning of options that all services with maps have (spec/services.md, 3.1 and 8.1)."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.config.mapproxy.globals import GlobalCache
from tilekeep.config.mapproxy.map_options import MostPixels
from tilekeep.config.mapproxy.meaning_image import map_encoding
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_cost import tiles_in

#: Width times height of the largest map, where nothing is configured.
DEFAULT_PIXELS = 4000 * 4000

#: So many layers may need as many tiles as one of them is permitted.
_LAYERS_AT_THE_LIMIT = 4


def map_formats(settings: Settings, names: tuple[str, ...]) -> Mapping[str, ImageEncoding]:
    """How maps are encoded, by media type; of two names for one media type the later counts."""
    encodings = [map_encoding(settings, name) for name in names]
    return {encoding.format: encoding for encoding in encodings}


def most_map_tiles(cache: GlobalCache, max_output_pixels: int) -> float:
    """The tiles that all layers of a map together may need; by default some layers of the largest that one may be."""
    return cache.max_map_tiles or _LAYERS_AT_THE_LIMIT * max(cache.max_tile_limit, tiles_in(max_output_pixels))


def pixels(most: MostPixels) -> int:
    """A number of pixels, given as such or by width and height."""
    return most if isinstance(most, int) else most[0] * most[1]

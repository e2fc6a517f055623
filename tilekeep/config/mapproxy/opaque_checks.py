"""Whether caches of tiles that are never decoded, such as vector tiles, are asked for nothing that needs decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tilekeep.config.mapproxy.backends import GeopackageBackend
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import MbtilesSource, OgcApiTilesSource, PmtilesSource, TileSource, WmtsSource
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.opaque_format import OpaqueFormat, opaque_format

#: Sources that have tiles, not maps, and whatever is in those.
_SOURCES_OF_TILES = TileSource | WmtsSource | OgcApiTilesSource | MbtilesSource | PmtilesSource

#: Options of caches that make pixels of pixels.
_FOR_IMAGES = (
    "image",
    "watermark",
    "upscale_tiles",
    "downscale_tiles",
    "link_single_color_images",
    "variants",
    "use_direct_from_level",
    "use_direct_from_res",
)


def opaque_problems(settings: Settings) -> Iterator[Problem]:
    """Of all caches and layers."""
    formats = {name: opaque_format(cache.format) for name, cache in settings.caches.items()}
    for name, cache in settings.caches.items():
        wanted, path = formats[name], ("caches", name)
        if cache.vector_layers and not (wanted and wanted.is_vector_tile):
            message = "'vector_layers' has no effect on tiles that are no vector tiles; remove it"
            yield warning((*path, "vector_layers"), message, place=Place.KEY)
        if wanted is None:
            yield from _images_of_others(path, cache, formats)
        else:
            yield from _operations(path, cache, wanted)
            yield from _sources(settings, path, cache, wanted)
    if settings.services.wms is not None or settings.services.ogcapi is not None:
        yield from _maps(settings, formats)


def _images_of_others(path: OptionPath, cache: Cache, formats: dict[str, OpaqueFormat | None]) -> Iterator[Problem]:
    for name in cache.source_names:
        if (known := formats.get(name)) is not None:
            message = f"no images can be made of the tiles of {name!r}, which are {known.name}; name another source"
            yield error((*path, "sources"), message)
    if opaque_format(cache.request_format) is not None:
        message = f"no images can be made of {cache.request_format}; use an image format, or the same as format"
        yield error((*path, "request_format"), message)


def _operations(path: OptionPath, cache: Cache, wanted: OpaqueFormat) -> Iterator[Problem]:
    for option in _FOR_IMAGES:
        if getattr(cache, option):
            message = f"{option!r} is for images; tiles in {wanted.name} are passed on as they are: remove it"
            yield error((*path, option), message, place=Place.KEY)
    requested = opaque_format(cache.request_format)
    if cache.request_format is not None and (requested is None or requested.media_type != wanted.media_type):
        message = f"tiles in {wanted.name} are passed on as they are; remove request_format, or name the same format"
        yield error((*path, "request_format"), message)
    if isinstance(cache.cache, GeopackageBackend):
        message = "geopackage caches hold images; use another type for tiles that are passed on as they are"
        yield error((*path, "cache", "type"), message)
    coverage = None if cache.cache is None else cache.cache.coverage
    if coverage is not None and coverage.clip:
        message = f"tiles in {wanted.name} cannot be cut at a coverage; remove clip"
        yield error((*path, "cache", "coverage", "clip"), message)


def _sources(settings: Settings, path: OptionPath, cache: Cache, wanted: OpaqueFormat) -> Iterator[Problem]:
    if not isinstance(cache.sources, tuple) or len(cache.source_names) > 1:
        message = f"tiles in {wanted.name} cannot be merged; name one source, or use a cache for each"
        yield error((*path, "sources"), message)
        return
    for index, name in enumerate(cache.sources):
        source = settings.sources.get(SourceName.parse(name).name)
        other = settings.caches.get(name) if source is None else None
        if isinstance(source, _SOURCES_OF_TILES):
            if source.coverage is not None and source.coverage.clip:
                message = (
                    f"{name!r} cuts its tiles at a coverage, which {wanted.name} does not permit; remove clip there"
                )
                yield error((*path, "sources", index), message)
            if not isinstance(source, MbtilesSource | PmtilesSource) and source.on_error:
                message = f"{name!r} has images for errors, which are no {wanted.name}; remove on_error there"
                yield error((*path, "sources", index), message)
        elif source is not None:
            message = f"{name!r} draws maps; tiles in {wanted.name} come from sources of tiles and from caches"
            yield error((*path, "sources", index), message)
        elif other is not None:
            known = opaque_format(other.format)
            if known is None or known.media_type != wanted.media_type:
                message = f"the tiles of {name!r} are no {wanted.name}; name another source, or another format"
                yield error((*path, "sources", index), message)


def _maps(settings: Settings, formats: dict[str, OpaqueFormat | None]) -> Iterator[Problem]:
    """No map can be drawn of them, while tile services offer them all the same."""
    for layer, path in _placed(("layers",), settings.layers):
        for index, name in enumerate(layer.sources or ()):
            if formats.get(name) is not None:
                message = (
                    f"no maps can be drawn of {name!r}; name it in tile_sources, where WMS and OGC API do not see it"
                )
                yield error((*path, "sources", index), message)


def _placed(path: OptionPath, layers: Iterable[Layer]) -> Iterator[tuple[Layer, OptionPath]]:
    """All layers, those within others too, each with its place."""
    for index, layer in enumerate(layers):
        yield layer, (*path, index)
        yield from _placed((*path, index, "layers"), layer.layers or ())

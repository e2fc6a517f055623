"""The meaning of ``services.ogcapi``: its options, else those of ``globals.ogcapi`` (spec/services.md, 8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.map_options import OgcApiDefaults
from tilekeep.config.mapproxy.meaning_maps import DEFAULT_PIXELS, map_formats, most_map_tiles, pixels
from tilekeep.config.mapproxy.ogcapi_service import ApiContact as ContactOptions
from tilekeep.config.mapproxy.ogcapi_service import OgcApiMetadata
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.api_metadata import ApiContact, ApiMetadata, NamedLink
from tilekeep.domain.image import ImageEncoding

#: The first is the SRS of maps for which none is asked.
_DEFAULT_SRS = ("EPSG:4326", "EPSG:3857")
_DEFAULT_FORMATS = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class EffectiveOgcApi:
    """OGC API Maps and Tiles.

    :ivar srs: codes in which maps are drawn; the first where none is asked for.
    :ivar formats: how images are encoded, by media type, preferred ones first.
    :ivar max_output_pixels: width times height of the largest map.
    :ivar max_map_tiles: the tiles that all layers of a map together may need.
    :ivar attribution: text in every image, or None.
    :ivar raises_source_errors: whether one failing layer fails an image.
    :ivar concurrent_layers: layers of one image drawn at a time.
    :ivar dataset_layers: names of the layers of the whole dataset, bottom first; none if there is no such thing.
    """

    has_tiles: bool
    has_maps: bool
    metadata: ApiMetadata
    srs: tuple[str, ...]
    formats: Mapping[str, ImageEncoding]
    max_output_pixels: int
    max_map_tiles: float
    attribution: str | None
    raises_source_errors: bool
    concurrent_layers: int
    dataset_layers: tuple[str, ...]


def effective_ogcapi(settings: Settings) -> EffectiveOgcApi | None:
    """The service, or None if it is not configured."""
    service, default = settings.services.ogcapi, settings.globals.ogcapi or OgcApiDefaults()
    if service is None:
        return None
    max_output_pixels = pixels(service.max_output_pixels or default.max_output_pixels or DEFAULT_PIXELS)
    formats = first_set(service.image_formats, default.image_formats, otherwise=_DEFAULT_FORMATS)
    on_source_errors = first_set(service.on_source_errors, default.on_source_errors, otherwise="notify")
    return EffectiveOgcApi(
        has_tiles=service.enable_tiles,
        has_maps=service.enable_maps,
        metadata=_metadata(service.md or OgcApiMetadata()),
        srs=tuple(dict.fromkeys(map(str.upper, first_set(service.map_srs, default.map_srs, otherwise=_DEFAULT_SRS)))),
        formats=map_formats(settings, formats),
        max_output_pixels=max_output_pixels,
        max_map_tiles=most_map_tiles(settings.globals.cache, max_output_pixels),
        attribution=(service.attribution.text if service.attribution else None) or None,
        raises_source_errors=on_source_errors == "raise",
        concurrent_layers=first_set(service.concurrent_layer_renderer, default.concurrent_layer_renderer, otherwise=1),
        dataset_layers=service.default_dataset_layers or (),
    )


def _metadata(options: OgcApiMetadata) -> ApiMetadata:
    identification, licence, provider = options.identification, options.license, options.provider
    about = {} if identification is None else identification.model_dump(exclude={"keywords"}, exclude_none=True)
    return ApiMetadata(
        **about,
        keywords=_words(None if identification is None else identification.keywords),
        contact=_contact(options.contact or ContactOptions.untouched()),
        licence=None if licence is None else NamedLink(licence.name, licence.url),
        provider=None if provider is None or not provider.name else NamedLink(provider.name, provider.url),
    )


def _words(keywords: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None) -> tuple[str, ...]:
    lists = keywords.values() if isinstance(keywords, Mapping) else (keywords or (),)
    return tuple(dict.fromkeys(word for words in lists for word in words))


def _contact(options: ContactOptions) -> ApiContact:
    return ApiContact(**options.model_dump(exclude_none=True))

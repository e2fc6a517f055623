"""The meaning of WMS options: those of the service, else of ``globals.wms``, else built in (spec/services.md, 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.map_options import WmsDefaults
from tilekeep.config.mapproxy.meaning_info import offered_kinds
from tilekeep.config.mapproxy.meaning_inspire import inspire_metadata
from tilekeep.config.mapproxy.meaning_maps import DEFAULT_PIXELS, map_formats, most_map_tiles, pixels
from tilekeep.config.mapproxy.meaning_metadata import service_metadata
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.wms_service import OFFERED_VERSIONS, WmsService
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.inspire import InspireMetadata
from tilekeep.domain.service_metadata import ServiceMetadata

#: In this order, as documents list them; the reference lists them in any order.
_DEFAULT_SRS = ("EPSG:4326", "EPSG:4258", "CRS:84", "EPSG:900913", "EPSG:3857")
_DEFAULT_BBOX_SRS = ("EPSG:3857", "EPSG:4326", "EPSG:900913")
_DEFAULT_FORMATS = ("image/png", "image/jpeg", "image/gif", "image/GeoTIFF", "image/tiff")

UNTITLED = "Tilekeep WMS"


@dataclass(frozen=True, slots=True)
class EffectiveWms:
    """WMS.

    :ivar srs: codes of requests, upper-case, in the order of documents.
    :ivar bbox_srs: codes in which documents state boxes, those with a box limit maps to it.
    :ivar formats: how maps are encoded, by the media type as clients name it.
    :ivar max_output_pixels: width times height of the largest map.
    :ivar max_map_tiles: the tiles that all layers of a map together may need.
    :ivar versions: those that are answered, ascending.
    :ivar attribution: text in every map, or None.
    :ivar raises_source_errors: whether one failing layer fails a map.
    :ivar concurrent_layers: layers of one map drawn at a time.
    :ivar info_kinds: kinds of feature info, in the order of documents.
    :ivar strict: whether parameters are required that many clients forget.
    :ivar inspire: what documents say for the INSPIRE directive, or None.
    """

    metadata: ServiceMetadata
    srs: tuple[str, ...]
    bbox_srs: tuple[tuple[str, BBox | None], ...]
    formats: Mapping[str, ImageEncoding]
    max_output_pixels: int
    max_map_tiles: float
    versions: tuple[str, ...]
    attribution: str | None
    raises_source_errors: bool
    concurrent_layers: int
    info_kinds: tuple[InfoKind, ...]
    strict: bool
    inspire: InspireMetadata | None


def effective_wms(settings: Settings) -> EffectiveWms | None:
    """The service, or None if it is not configured."""
    wms, default = settings.services.wms, settings.globals.wms or WmsDefaults()
    if wms is None:
        return None
    srs = tuple(code.upper() for code in first_set(wms.srs, default.srs, otherwise=_DEFAULT_SRS))
    max_output_pixels = pixels(wms.max_output_pixels or default.max_output_pixels or DEFAULT_PIXELS)
    return EffectiveWms(
        metadata=service_metadata(wms.md, untitled=UNTITLED),
        srs=tuple(dict.fromkeys(srs)),
        bbox_srs=_bbox_srs(wms, srs),
        formats=map_formats(settings, first_set(wms.image_formats, default.image_formats, otherwise=_DEFAULT_FORMATS)),
        max_output_pixels=max_output_pixels,
        max_map_tiles=most_map_tiles(settings.globals.cache, max_output_pixels),
        versions=tuple(version for version in OFFERED_VERSIONS if version in (wms.versions or OFFERED_VERSIONS)),
        attribution=(wms.attribution.text if wms.attribution else None) or None,
        raises_source_errors=first_set(wms.on_source_errors, default.on_source_errors, otherwise="notify") == "raise",
        concurrent_layers=first_set(wms.concurrent_layer_renderer, default.concurrent_layer_renderer, otherwise=1),
        info_kinds=offered_kinds(settings),
        strict=bool(first_set(wms.strict, default.strict, otherwise=False)),
        inspire=inspire_metadata(wms.inspire_md),
    )


def _bbox_srs(wms: WmsService, srs: tuple[str, ...]) -> tuple[tuple[str, BBox | None], ...]:
    """The configured ones, else those of the default list that requests may use; of two for one code the later."""
    if wms.bbox_srs is None:
        return tuple((code, None) for code in _DEFAULT_BBOX_SRS if code in srs)
    found: dict[str, BBox | None] = {}
    for item in wms.bbox_srs:
        if isinstance(item, str):
            found[item.upper()] = None
        else:
            found[item.srs.upper()] = BBox(*item.bbox)
    return tuple(found.items())

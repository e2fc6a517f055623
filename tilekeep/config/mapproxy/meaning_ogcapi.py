"""The meaning of options of OGC API sources (spec/sources.md, 8.5 and 8.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_image import image_choice
from tilekeep.config.mapproxy.meaning_on_error import stand_ins_of
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveMapServer,
    EffectiveSource,
    NamedSource,
    as_media_type,
    color_tolerance,
    transparent_color,
    with_transparency,
)
from tilekeep.config.mapproxy.sources import OgcApiMapsSource, OgcApiTilesSource
from tilekeep.domain.srs import normalised_code
from tilekeep.domain.stand_in import NO_STAND_INS, StandIns


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveOgcApiTiles(EffectiveSource):
    """Tiles of an OGC API server.

    :ivar url: of the landing page or the collection; may hold credentials.
    :ivar matrix_set: the only tile matrix set that counts, or None.
    :ivar request_format: media type of the tiles.
    """

    kind: ClassVar[str] = "ogcapitiles"
    url: str = field(repr=False)
    matrix_set: str | None
    request_format: str
    http: EffectiveHttp
    stand_ins: StandIns = NO_STAND_INS


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveOgcApiMaps(EffectiveMapServer):
    """Maps of an OGC API server.

    :ivar url: of the landing page or the collection; may hold credentials.
    :ivar background: 8-bit RGB or RGBA, or None.
    """

    kind: ClassVar[str] = "ogcapimaps"
    url: str = field(repr=False)
    background: tuple[int, ...] | None


def ogcapi_tiles_source(named: NamedSource, source: OgcApiTilesSource) -> EffectiveOgcApiTiles:
    """A source of tiles; only caches have such."""
    assert named.request_format is not None, "checked when the configuration was loaded"
    return EffectiveOgcApiTiles(
        name=named.name,
        url=_address(source.landingpage_url, source.collection),
        matrix_set=source.tile_matrix_set_id,
        request_format=as_media_type(named.request_format),
        image=image_choice(named.settings, source.image, None),
        http=effective_http(named.settings, source.http, named.base_dir),
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=tuple(_address(mirror, source.collection) for mirror in source.mirrors or ()),
    )


def ogcapi_maps_source(named: NamedSource, source: OgcApiMapsSource) -> EffectiveOgcApiMaps:
    """A source of maps, for caches and layers."""
    color = transparent_color(source.image)
    options = with_transparency(source.image, True if color else source.transparent)
    return EffectiveOgcApiMaps(
        name=named.name,
        url=_address(source.landingpage_url, source.collection),
        background=source.bgcolor,
        supported_srs=tuple(normalised_code(code) for code in source.supported_srs or ()),
        image=image_choice(named.settings, options, None),
        http=effective_http(named.settings, source.http, named.base_dir),
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=tuple(_address(mirror, source.collection) for mirror in source.mirrors or ()),
        transparent_color=color,
        transparent_color_tolerance=color_tolerance(named.settings, source.image),
    )


def _address(landing_page: str, collection: str | None) -> str:
    page = landing_page.rstrip("/")
    return page if collection is None else f"{page}/collections/{collection}"

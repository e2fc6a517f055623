"""The meaning of options of ArcGIS sources (spec/sources.md, 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_image import image_choice
from tilekeep.config.mapproxy.meaning_on_error import stand_ins_of
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveMapServer,
    NamedSource,
    as_media_type,
    color_tolerance,
    transparent_color,
    with_transparency,
)
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import ArcgisSource
from tilekeep.domain.srs import normalised_code


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveArcgisSource(EffectiveMapServer):
    """A map or image service of an ArcGIS server.

    :ivar url: may hold credentials.
    :ivar parameters: ``req`` without ``url``, order and spelling kept.
    :ivar supported_formats: media types in order; empty if the server takes any.
    :ivar request_format: what to ask for where ``supported_formats`` does not forbid it; None is that of each map.
    """

    kind: ClassVar[str] = "arcgis"
    url: str = field(repr=False)
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    supported_formats: tuple[str, ...]
    request_format: str | None


@dataclass(frozen=True, slots=True)
class EffectiveArcgisInfo:
    """Such a service as it is asked about places; fields as above.

    :ivar tolerance_px: how far from the place features may be.
    :ivar geometries: whether their geometries are wanted.
    """

    name: str
    url: str = field(repr=False)
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    supported_srs: tuple[str, ...]
    tolerance_px: float
    geometries: bool
    http: EffectiveHttp


def arcgis_source(named: NamedSource, source: ArcgisSource) -> EffectiveArcgisSource:
    """As asked for by one cache, or by a layer without ``request_format`` of its own."""
    wanted = source.req.get("format") or named.request_format
    color = transparent_color(source.image)
    image = image_choice(named.settings, with_transparency(source.image, True if color else None), wanted)
    asked_for = image.format or wanted
    return EffectiveArcgisSource(
        name=named.name,
        url=source.req["url"],
        parameters=_parameters(source),
        supported_srs=tuple(normalised_code(code) for code in source.supported_srs or ()),
        supported_formats=source.supported_formats or (),
        request_format=None if asked_for is None else as_media_type(asked_for),
        image=image,
        http=effective_http(named.settings, source.http, named.base_dir),
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=source.mirrors or (),
        transparent_color=color,
        transparent_color_tolerance=color_tolerance(named.settings, source.image),
    )


def arcgis_info(settings: Settings, name: str, base_dir: str) -> EffectiveArcgisInfo:
    """The ArcGIS source ``name`` as it is asked about places."""
    source = settings.sources[SourceName.parse(name).name]
    assert isinstance(source, ArcgisSource)
    codes = source.supported_srs or (() if source.req.get("sr") is None else (str(source.req["sr"]),))
    return EffectiveArcgisInfo(
        name=name,
        url=source.req["url"],
        parameters=_parameters(source),
        supported_srs=tuple(map(normalised_code, codes)),
        tolerance_px=source.opts.featureinfo_tolerance,
        geometries=source.opts.featureinfo_return_geometries,
        http=effective_http(settings, source.http, base_dir),
    )


def _parameters(source: ArcgisSource) -> tuple[tuple[str, Any], ...]:
    return tuple((key, value) for key, value in source.req.items() if key != "url")

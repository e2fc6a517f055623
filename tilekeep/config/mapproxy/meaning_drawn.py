"""The meaning of options of sources that draw on this machine (spec/sources.md, 8.2 and 8.3; own additions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tilekeep.config.mapproxy.image import ImageOptions
from tilekeep.config.mapproxy.meaning_image import image_choice
from tilekeep.config.mapproxy.meaning_source import EffectiveSource, NamedSource, with_transparency
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.sources import DebugSource, GeojsonSource, GeotiffSource, MapnikSource
from tilekeep.domain.srs import normalised_code

#: 8-bit red, green, blue and alpha.
Rgba = tuple[int, int, int, int]

#: Stands in the path of a mapfile for the level of web mercator that is closest to a map.
LEVEL_VARIABLE = "%(webmercator_level)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveDebugSource(EffectiveSource):
    """Shows what it is asked for."""

    kind: ClassVar[str] = "debug"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveMapnikSource(EffectiveSource):
    """A Mapnik style.

    :ivar mapfile: absolute path, with :data:`LEVEL_VARIABLE` in it where each level has a file.
    :ivar gate_name: the path as the configuration has it, by which drawings at a time are counted.
    :ivar layers: those that are drawn, or None for all.
    :ivar keeps_maps: whether loaded maps are used again.
    :ivar concurrent_requests: 0 is unlimited.
    """

    kind: ClassVar[str] = "mapnik"
    mapfile: str
    gate_name: str
    layers: frozenset[str] | None
    keeps_maps: bool
    scale_factor: float
    concurrent_requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveGeojsonSource(EffectiveSource):
    """Features in a file; colours are 8-bit RGBA, ``background`` None is transparent."""

    kind: ClassVar[str] = "geojson"
    path: str
    srs: str
    fill: Rgba
    stroke: Rgba
    stroke_width: float
    point_radius: float
    background: Rgba | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveGeotiffSource(EffectiveSource):
    """A georeferenced raster; None is what the file says of its bands and of the value that stands for nothing."""

    kind: ClassVar[str] = "geotiff"
    path: str
    bands: tuple[int, ...] | None
    nodata: float | None


def geojson_source(named: NamedSource, source: GeojsonSource) -> EffectiveGeojsonSource:
    """Features; without a ground of their own their maps are transparent, unless the image options say otherwise."""
    style = source.style
    own = source.image or ImageOptions.untouched()
    options = own if own.transparent is not None else with_transparency(own, source.background is None)
    return EffectiveGeojsonSource(
        name=named.name,
        image=image_choice(named.settings, options, named.request_format),
        limits=named.limits,
        path=from_base(named.base_dir, source.filename),
        srs=normalised_code(source.srs),
        fill=_rgba(style.fill, style.fill_opacity),
        stroke=_rgba(style.stroke, style.stroke_opacity),
        stroke_width=style.stroke_width,
        point_radius=style.point_radius,
        background=None if source.background is None else _rgba(source.background),
    )


def geotiff_source(named: NamedSource, source: GeotiffSource) -> EffectiveGeotiffSource:
    """A raster; its maps are transparent around it, unless the options say otherwise."""
    own = source.image or ImageOptions.untouched()
    asked = own.transparent if source.transparent is None else source.transparent
    options = with_transparency(own, True if asked is None else asked)
    return EffectiveGeotiffSource(
        name=named.name,
        image=image_choice(named.settings, options, named.request_format),
        limits=named.limits,
        path=from_base(named.base_dir, source.filename),
        bands=source.bands,
        nodata=source.nodata,
    )


def _rgba(color: tuple[int, ...], opacity: float = 1.0) -> Rgba:
    red, green, blue, *alpha = color
    return red, green, blue, round((alpha[0] if alpha else 255) * opacity)


def debug_source(named: NamedSource, _source: DebugSource) -> EffectiveDebugSource:
    """A source of boxes, on transparent ground."""
    image = image_choice(named.settings, ImageOptions(transparent=True), named.request_format)
    return EffectiveDebugSource(name=named.name, image=image, limits=named.limits)


def mapnik_source(named: NamedSource, source: MapnikSource) -> EffectiveMapnikSource:
    """A style; the layers of a tag take the place of those of the source."""
    settings = named.settings
    options = with_transparency(source.image, source.transparent)
    concurrent = source.concurrent_requests
    if concurrent is None:
        concurrent = settings.globals.http.concurrent_requests or 0
    layers = mapnik_layers(source) if named.layers is None else named.layers
    return EffectiveMapnikSource(
        name=named.name,
        image=image_choice(settings, options, named.request_format),
        limits=named.limits,
        mapfile=from_base(named.base_dir, source.mapfile),
        gate_name=source.mapfile,
        layers=frozenset(layers) or None,
        keeps_maps=source.multithreaded,
        scale_factor=source.scale_factor or 1.0,
        concurrent_requests=concurrent,
    )


def mapnik_layers(source: MapnikSource) -> tuple[str, ...]:
    """The layers that a style is limited to, or none for all."""
    return tuple(source.layers.split(",")) if isinstance(source.layers, str) else source.layers or ()

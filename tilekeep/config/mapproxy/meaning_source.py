"""The meaning of source options (spec/sources.md, 1, 2 and 8.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.image import ImageOptions, WmsImageOptions
from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_image import ImageChoice, cache_image_choice, image_choice
from tilekeep.config.mapproxy.meaning_mapserver import wms_server
from tilekeep.config.mapproxy.meaning_on_error import stand_ins_of
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import (
    PluginSource,
    SourceOptions,
    TileSource,
    WmsLikeSource,
    WmsSource,
    WorldSource,
)
from tilekeep.config.mapproxy.tile_files import located_template
from tilekeep.domain.image import PNG, subtype
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, normalised_code
from tilekeep.domain.stand_in import NO_STAND_INS, StandIns

#: How the address of a style beside the configuration begins.
FILE_SCHEME = "file://"

_DEFAULT_TOLERANCE = 5.0


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """Where, when and at which resolutions (metres per pixel) a source has something to say."""

    coverage: EffectiveCoverage | None
    resolutions: ResolutionRange
    seed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSource:
    """What all sources have in common; each type has a class of its own.

    :ivar kind: says how it is put together.
    :ivar name: as caches and layers name it, with its tag.
    :ivar mirrors: addresses of servers with the same maps, spelled as that of the first one; they may hold credentials.
    """

    kind: ClassVar[str]

    name: str
    image: ImageChoice
    limits: SourceLimits
    mirrors: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveMapServer(EffectiveSource):
    """A server that draws maps of any box and size.

    :ivar supported_srs: normalised codes in order; empty if the server takes any.
    :ivar transparent_color: the colour that stands for nothing, and ``transparent_color_tolerance`` how far others may
        be from it and still do, in each of red, green and blue.
    :ivar stand_ins: what stands for maps that the server does not give.
    """

    supported_srs: tuple[str, ...]
    http: EffectiveHttp
    stand_ins: StandIns = NO_STAND_INS
    transparent_color: tuple[int, int, int] | None = None
    transparent_color_tolerance: float = _DEFAULT_TOLERANCE

    @property
    def plain_name(self) -> str:
        """The key of its options."""
        return SourceName.parse(self.name).name

    @property
    def declared_format(self) -> str | None:
        """Subtype of the images it is taken to send."""
        return None if self.image.format is None else subtype(self.image.format)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveWmsSource(EffectiveMapServer):
    """A WMS.

    :ivar url: may hold credentials.
    :ivar parameters: ``req`` without ``url``, order and spelling kept; a tag replaces ``layers``.
    :ivar style_file: absolute path of a style that is sent as ``sld_body``, behind the parameters, or None.
    :ivar supported_formats: media types in order; empty if the server takes any.
    :ivar request_format: what to ask for where ``supported_formats`` does not forbid it; None is that of each map.
    :ivar concurrent_requests: 0 is unlimited.
    """

    kind: ClassVar[str] = "wms"
    url: str = field(repr=False)
    version: str
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    supported_formats: tuple[str, ...]
    forward_req_params: tuple[str, ...]
    request_format: str | None
    concurrent_requests: int
    style_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveTileSource(EffectiveSource):
    """A tile server; ``grid`` is a key of the known grids, ``url`` a template that may hold credentials."""

    kind: ClassVar[str] = "tile"
    url: str = field(repr=False)
    grid: str
    request_format: str
    http: EffectiveHttp
    stand_ins: StandIns = NO_STAND_INS


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveWorldSource(EffectiveSource):
    """The built-in world map."""

    kind: ClassVar[str] = "world"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePluginSource(EffectiveSource):
    """A source of a plugin.

    :ivar options: its own; ``base_dir`` is where relative paths in them start.
    :ivar http: how it asks servers, if it does.
    """

    kind: ClassVar[str] = "plugin"
    options: PluginSource = field(repr=False)
    base_dir: str
    http: EffectiveHttp


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveCacheSource(EffectiveSource):
    """Another cache; ``name`` is its own."""


NO_LIMITS = SourceLimits(coverage=None, resolutions=EVERY_RESOLUTION, seed_only=False)


class NamedSource(NamedTuple):
    """A source as a cache or layer names it, with all that says what its options mean.

    :ivar name: with its tag.
    :ivar layers: those of the tag, or None without one.
    :ivar base_dir: absolute directory of the configuration.
    :ivar request_format: what the cache wants from its sources: a media type, or a name of a format; None where a
        layer asks for each map, in the format of that.
    """

    settings: Settings
    name: str
    layers: tuple[str, ...] | None
    base_dir: str
    request_format: str | None
    limits: SourceLimits


def as_media_type(format_name: str) -> str:
    """The format as servers are asked for it (spec/sources.md, 3.3); the name of one that is never decoded."""
    opaque = opaque_format(format_name)
    if opaque is not None:
        return opaque.name
    return format_name if "/" in format_name else f"image/{format_name}"


def tile_source(named: NamedSource, source: TileSource) -> EffectiveTileSource:
    """A tile source; only caches have such."""
    assert named.request_format is not None, "checked when the configuration was loaded"
    return EffectiveTileSource(
        name=named.name,
        url=located_template(source.url, named.base_dir),
        grid=source.grid or DEFAULT_GRID,
        request_format=as_media_type(named.request_format),
        image=image_choice(named.settings, with_transparency(source.image, source.transparent), None),
        http=effective_http(named.settings, source.http, named.base_dir),
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=tuple(located_template(mirror, named.base_dir) for mirror in source.mirrors or ()),
    )


def world_source(named: NamedSource, source: WorldSource) -> EffectiveWorldSource:
    """The built-in world map."""
    options = with_transparency(source.image, source.transparent)
    image = image_choice(named.settings, options, named.request_format)
    return EffectiveWorldSource(name=named.name, image=image, limits=named.limits)


def plugin_source(named: NamedSource, source: PluginSource) -> EffectivePluginSource:
    """A source of a plugin; its servers are asked as ``http`` says, if its options have that, else the globals."""
    own = getattr(source, "http", None)
    return EffectivePluginSource(
        name=named.name,
        image=image_choice(named.settings, source.image, named.request_format),
        limits=named.limits,
        options=source,
        base_dir=named.base_dir,
        http=effective_http(named.settings, own if isinstance(own, HttpOptions) else None, named.base_dir),
    )


def cache_source(settings: Settings, name: str) -> EffectiveCacheSource:
    """The cache ``name`` as the source of another."""
    cache = settings.caches[name]
    image = cache_image_choice(settings, cache.image, cache.format or PNG)
    return EffectiveCacheSource(name=name, image=image, limits=NO_LIMITS)


def wms_source(named: NamedSource, source: WmsLikeSource) -> EffectiveWmsSource:
    """A WMS source as asked for by one cache, or by a layer without ``request_format`` of its own."""
    server = wms_server(named.settings, source, named.base_dir)
    parameters = server.parameters
    if named.layers is not None:
        parameters["layers"] = ",".join(named.layers)
    wanted = source.req.get("format") or named.request_format
    settings, base_dir = named.settings, named.base_dir
    color = transparent_color(source.image)
    image = image_choice(
        settings, with_transparency(source.image, True if color else _requested_transparency(source)), wanted
    )
    asked_for = image.format or wanted
    concurrent = source.concurrent_requests
    if concurrent is None:
        concurrent = settings.globals.http.concurrent_requests or 0
    return EffectiveWmsSource(
        name=named.name,
        url=server.url,
        version=source.wms_opts.version,
        parameters=tuple(parameters.items()),
        supported_srs=tuple(normalised_code(code) for code in source.supported_srs or ()),
        supported_formats=source.supported_formats or (),
        forward_req_params=source.forward_req_params or (),
        request_format=None if asked_for is None else as_media_type(asked_for),
        concurrent_requests=concurrent,
        image=image,
        http=server.http,
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=(source.mirrors or ()) if isinstance(source, WmsSource) else (),
        style_file=style_file(parameters, base_dir),
        transparent_color=color,
        transparent_color_tolerance=color_tolerance(settings, source.image),
    )


def style_file(parameters: Mapping[str, Any], base_dir: str) -> str | None:
    """The file that ``sld`` names (the same document, 2); other addresses are for the server."""
    address = parameters.get("sld")
    if not isinstance(address, str) or not address.startswith(FILE_SCHEME):
        return None
    return from_base(base_dir, address.removeprefix(FILE_SCHEME))


def transparent_color(image: WmsImageOptions | None) -> tuple[int, int, int] | None:
    """The colour that stands for nothing."""
    color = None if image is None else image.transparent_color
    if color is None:
        return None
    red, green, blue = color[:3]
    return red, green, blue


def color_tolerance(settings: Settings, image: WmsImageOptions | None) -> float:
    """How far other colours may be from that."""
    own = None if image is None else image.transparent_color_tolerance
    default = settings.globals.image.transparent_color_tolerance
    return first_set(own, default, otherwise=_DEFAULT_TOLERANCE)


def _requested_transparency(source: WmsLikeSource) -> bool | None:
    """``transparent`` of the source, else what its image options leave open, from ``req``."""
    if isinstance(source, WmsSource) and source.transparent is not None:
        return source.transparent
    if source.image is not None and source.image.transparent is not None:
        return None
    requested = source.req.get("transparent")
    return None if requested is None else str(requested).lower() == "true"


def with_transparency(image: ImageOptions | None, transparent: bool | None) -> ImageOptions | None:
    """The image options with the transparency of the source, which wins."""
    if transparent is None:
        return image
    return (image or ImageOptions.untouched()).model_copy(update={"transparent": transparent})


def source_limits(settings: Settings, name: str, base_dir: str) -> SourceLimits | None:
    """The limits of a source, tagged or not; None if ``name`` is that of a cache."""
    source = settings.sources.get(SourceName.parse(name).name)
    return None if source is None else limits_of(source, base_dir)


def limits_of(source: SourceOptions, base_dir: str) -> SourceLimits:
    """Coverage, resolution range and purpose."""
    return SourceLimits(effective_coverage(source.coverage, base_dir), resolution_range(source), source.seed_only)


class _Ranged(Protocol):
    """Options that limit resolutions: those of sources and of layers."""

    @property
    def min_res(self) -> float | None: ...
    @property
    def max_res(self) -> float | None: ...
    @property
    def min_scale(self) -> float | None: ...
    @property
    def max_scale(self) -> float | None: ...


def resolution_range(source: _Ranged) -> ResolutionRange:
    """The range in metres per pixel; scales count only if no resolution is given (config spec, 12)."""
    if source.min_res is not None or source.max_res is not None:
        return ResolutionRange(source.min_res or None, source.max_res or None)
    coarse = source.max_scale * STANDARD_PIXEL_METRES if source.max_scale else None
    fine = source.min_scale * STANDARD_PIXEL_METRES if source.min_scale else None
    return ResolutionRange(coarse, fine)

"""The meaning of options of feature info (spec/sources.md, 5; spec/services.md, 3.10 and 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_mapserver import wms_server
from tilekeep.config.mapproxy.meaning_source import style_file
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import ArcgisSource, SourceOptions, WmsLikeSource
from tilekeep.domain.feature_info import InfoKind, info_kind
from tilekeep.domain.srs import normalised_code

if TYPE_CHECKING:
    from tilekeep.config.mapproxy.meaning_arcgis import EffectiveArcgisInfo

#: In this order, as documents list them.
_DEFAULT_KINDS = (InfoKind.TEXT, InfoKind.HTML, InfoKind.XML)


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """An XSLT stylesheet; ``kind`` is what it makes, ``option`` its place in the configuration."""

    path: str
    kind: InfoKind
    option: tuple[str | int, ...] = field(compare=False, default=())


@dataclass(frozen=True, slots=True)
class EffectiveInfoSource:
    """A WMS as it is asked about places.

    :ivar url: may hold credentials.
    :ivar parameters: ``req`` without ``url``, order and spelling kept, with what is only sent for feature info.
    :ivar style_file: absolute path of a style that is sent as ``sld_body``, or None.
    :ivar supported_srs: normalised codes in order; empty if the server takes any.
    """

    name: str
    url: str = field(repr=False)
    version: str
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    style_file: str | None
    supported_srs: tuple[str, ...]
    stylesheet: Stylesheet | None
    http: EffectiveHttp
    coverage: EffectiveCoverage | None


def info_sources(settings: Settings, layer: Layer) -> tuple[str, ...]:
    """The sources, with their tags, that are asked about places on a layer in maps: those of its caches included."""
    return tuple(dict.fromkeys(name for source in layer.sources or () for name in _of_layer(settings, source)))


def info_sources_of_tiles(settings: Settings, layer: Layer, cache: str) -> tuple[str, ...]:
    """Those that are asked about places on tiles of one of its caches.

    They are the sources of the cache, and those of the layer that show no map (spec/services.md, 2.6).
    """
    beside = () if layer.tile_sources is not None else (name for name in layer.sources or () if name != cache)
    direct = (name for name in beside if name not in settings.caches)
    return tuple(dict.fromkeys(name for source in (cache, *direct) for name in _of_layer(settings, source)))


def is_queryable(source: SourceOptions) -> bool:
    """Whether a source can be asked about places."""
    if isinstance(source, ArcgisSource):
        return source.opts.featureinfo
    return isinstance(source, WmsLikeSource) and source.wms_opts.featureinfo


def effective_info_source(settings: Settings, name: str, base_dir: str) -> EffectiveInfoSource | EffectiveArcgisInfo:
    """The source called ``name``, one of those above."""
    source = settings.sources[SourceName.parse(name).name]
    if isinstance(source, ArcgisSource):
        from tilekeep.config.mapproxy.meaning_arcgis import arcgis_info

        return arcgis_info(settings, name, base_dir)
    assert isinstance(source, WmsLikeSource)
    return _wms_info(settings, name, source, base_dir)


def _wms_info(settings: Settings, name: str, source: WmsLikeSource, base_dir: str) -> EffectiveInfoSource:
    plain_name, layers = SourceName.parse(name)
    options = source.wms_opts
    server = wms_server(settings, source, base_dir)
    parameters = server.parameters
    if layers is not None:
        parameters["layers"] = ",".join(layers)
    if options.featureinfo_format:
        parameters["info_format"] = options.featureinfo_format
    if options.query_layers:
        parameters["query_layers"] = options.query_layers
    return EffectiveInfoSource(
        name=name,
        url=server.url,
        version=options.version,
        parameters=tuple(parameters.items()),
        style_file=style_file(source.req, base_dir),
        supported_srs=_supported_srs(source),
        stylesheet=_stylesheet(plain_name, source, base_dir),
        http=server.http,
        coverage=effective_coverage(source.coverage, base_dir),
    )


def service_stylesheets(settings: Settings, base_dir: str) -> dict[InfoKind, Stylesheet]:
    """What transforms the answers of WMS, by the kind that clients want (``services.wms.featureinfo_xslt``)."""
    wms = settings.services.wms
    place = ("services", "wms", "featureinfo_xslt")
    given = (wms.featureinfo_xslt if wms is not None else None) or {}
    return {
        InfoKind(kind): Stylesheet(from_base(base_dir, path), InfoKind(kind), (*place, kind))
        for kind, path in given.items()
    }


def stylesheets(settings: Settings, base_dir: str) -> Iterator[Stylesheet]:
    """All that are named, each with its place."""
    yield from service_stylesheets(settings, base_dir).values()
    for name, source in settings.sources.items():
        if isinstance(source, WmsLikeSource) and (found := _stylesheet(name, source, base_dir)):
            yield found


def offered_kinds(settings: Settings) -> tuple[InfoKind, ...]:
    """What documents of WMS list: the kinds of the option, else those with a stylesheet, else the usual ones."""
    wms = settings.services.wms
    if wms is None:
        return ()
    names = wms.featureinfo_types or tuple(wms.featureinfo_xslt or ())
    return tuple(dict.fromkeys(map(InfoKind, names))) or _DEFAULT_KINDS


def _of_layer(settings: Settings, name: str) -> Iterator[str]:
    """The sources behind what a layer calls ``name``, a cache rather than a source, that can be asked about places."""
    if name not in settings.caches:
        yield from _of_cache(settings, name)
        return
    sources = settings.caches[name].sources
    for other in sources if isinstance(sources, tuple) else ():
        yield from _of_cache(settings, other)


def _of_cache(settings: Settings, name: str) -> Iterator[str]:
    """The same of what a cache calls ``name``: a source rather than another cache."""
    source = settings.sources.get(SourceName.parse(name).name)
    if source is not None and is_queryable(source):
        yield name
    elif source is None and name in settings.caches:
        yield from _of_layer(settings, name)


def fixed_srs(source: WmsLikeSource) -> tuple[str, str] | None:
    """The parameter that gives all requests of a source one SRS, and the code of that."""
    given = ((key, str(value)) for key, value in source.req.items() if key.lower() in {"srs", "crs"} and value)
    return next(given, None)


def _supported_srs(source: WmsLikeSource) -> tuple[str, ...]:
    """What the source states, else the one SRS that all its requests have."""
    fixed = fixed_srs(source)
    codes = source.supported_srs or (() if fixed is None else fixed[1:])
    return tuple(map(normalised_code, codes))


def _stylesheet(name: str, source: WmsLikeSource, base_dir: str) -> Stylesheet | None:
    options = source.wms_opts
    if not options.featureinfo_xslt:
        return None
    made = info_kind(options.featureinfo_out_format or options.featureinfo_format or "text/xml")
    kind = InfoKind.HTML if made is InfoKind.HTML else InfoKind.XML
    option = ("sources", name, "wms_opts", "featureinfo_xslt")
    return Stylesheet(from_base(base_dir, options.featureinfo_xslt), kind, option)

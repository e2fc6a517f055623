"""The meaning of options about legends (spec/sources.md, 6; spec/services.md, 3.11 and 5.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_mapserver import wms_server
from tilekeep.config.mapproxy.meaning_source import style_file
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import SourceOptions, WmsLikeSource, WmsSource
from tilekeep.config.mapproxy.wms_service import OFFERED_VERSIONS, VERSIONS_WITH_LEGENDS

_FILE = "file://"


@dataclass(frozen=True, slots=True)
class EffectiveLegendUrl:
    """A legend that lies at ``url``, which may hold credentials."""

    url: str = field(repr=False)
    http: EffectiveHttp
    concurrent_requests: int = 0


@dataclass(frozen=True, slots=True)
class EffectiveLegendGraphic:
    """A legend that a WMS draws.

    :ivar url: may hold credentials.
    :ivar layers: each has a picture of its own, bottom first.
    :ivar parameters: ``req`` without ``url`` and ``layers``, order and spelling kept.
    :ivar concurrent_requests: 0 is unlimited.
    :ivar style_file: absolute path of a style that is sent as ``sld_body``, or None.
    """

    url: str = field(repr=False)
    version: str
    layers: tuple[str, ...]
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    http: EffectiveHttp
    concurrent_requests: int
    style_file: str | None = None


class LegendNames:
    """Which sources show the legend of a layer.

    Args:
        settings: the whole configuration.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._showing = {name: source for name, source in settings.sources.items() if _has_legend(source)}
        self._of_cache: OncePerKey[str, tuple[str, ...]] = OncePerKey(self._behind_cache)

    def of_layer(self, layer: Layer) -> tuple[str, ...]:
        """The names of the sources, bottom first, each once; none where the layer has a legend of its own."""
        if layer.legendurl or not self._showing:
            return ()
        return tuple(dict.fromkeys(self._behind(layer.sources or (), caches_first=True)))

    def _behind_cache(self, name: str) -> tuple[str, ...]:
        sources = self._settings.caches[name].sources
        names = sources if isinstance(sources, tuple) else ()  # what is made of bands looks like none of them
        return tuple(dict.fromkeys(self._behind(names, caches_first=False)))

    def _behind(self, names: Iterable[str], *, caches_first: bool) -> Iterator[str]:
        """A name that caches and sources share means the cache in layers, and the source in caches."""
        for name in names:
            is_cache = name in self._settings.caches and (caches_first or name not in self._settings.sources)
            if is_cache:
                yield from self._of_cache(name)
            elif self._shows_legend(name):
                yield name

    def _shows_legend(self, name: str) -> bool:
        """Whether it lies somewhere, or there are layers to ask for."""
        source = self._showing.get(SourceName.parse(name).name)
        return source is not None and bool(source.wms_opts.legendurl or _layers(source, name))


def legend_of_source(settings: Settings, name: str, base_dir: str) -> EffectiveLegendUrl | EffectiveLegendGraphic:
    """The legend of a source that :class:`LegendNames` names; the address of one that just lies somewhere wins."""
    source = settings.sources[SourceName.parse(name).name]
    assert isinstance(source, WmsLikeSource), "other sources have no legends"
    concurrent = source.concurrent_requests
    if concurrent is None:
        concurrent = settings.globals.http.concurrent_requests or 0
    if source.wms_opts.legendurl:
        own = source.http if isinstance(source, WmsSource) else None
        http = effective_http(settings, own, base_dir)
        return EffectiveLegendUrl(_located(source.wms_opts.legendurl, base_dir), http, concurrent)
    server = wms_server(settings, source, base_dir)
    return EffectiveLegendGraphic(
        url=server.url,
        version=source.wms_opts.version,
        layers=_layers(source, name),
        parameters=tuple((key, value) for key, value in server.parameters.items() if key != "layers"),
        http=server.http,
        concurrent_requests=concurrent,
        style_file=style_file(source.req, base_dir),
    )


def legend_at(settings: Settings, url: str, base_dir: str) -> EffectiveLegendUrl:
    """The legend of a layer that has one of its own."""
    return EffectiveLegendUrl(_located(url, base_dir), effective_http(settings, None, base_dir))


def legend_file(url: str, base_dir: str) -> str | None:
    """The path of a legend that is a file, or None for one at a server."""
    return _located(url, base_dir).removeprefix(_FILE) if url.startswith(_FILE) else None


def wmts_legend_url(settings: Settings, layer: Layer) -> str | None:
    """The address of GetLegendGraphic as WMTS documents give it, with places to be filled in (same document, 5.7).

    Only layers with a legend of their own have one, and only where there is a WMS that offers legends.
    """
    wms = settings.services.wms
    if not layer.legendurl or wms is None:
        return None
    offered = [version for version in OFFERED_VERSIONS if version in (wms.versions or OFFERED_VERSIONS)]
    versions = [version for version in offered if version in VERSIONS_WITH_LEGENDS]
    if not versions:
        return None
    is_strict = (
        wms.strict if wms.strict is not None else settings.globals.wms is not None and settings.globals.wms.strict
    )
    return (
        "{base_url}/service?service=WMS&request=GetLegendGraphic"
        f"&version={versions[-1]}&format=image%2Fpng&layer={{layer_name}}{'&sld_version=1.1.0' if is_strict else ''}"
    )


def _has_legend(source: SourceOptions) -> TypeGuard[WmsLikeSource]:
    return isinstance(source, WmsLikeSource) and bool(source.wms_opts.legendurl or source.wms_opts.legendgraphic)


def _layers(source: WmsLikeSource, name: str) -> tuple[str, ...]:
    """The layers of the tag, else those of the source."""
    tagged = SourceName.parse(name).layers
    return tagged or tuple(layer for layer in str(source.req.get("layers") or "").split(",") if layer)


def _located(url: str, base_dir: str) -> str:
    """Files with relative paths lie beside the configuration."""
    if url.startswith(_FILE) and not url.startswith(f"{_FILE}/"):
        return _FILE + from_base(base_dir, url.removeprefix(_FILE))
    return url

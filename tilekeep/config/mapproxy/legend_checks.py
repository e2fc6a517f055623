"""Whether legends can be asked for where the configuration says they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.source_checks import url_problems
from tilekeep.config.mapproxy.sources import WmsLikeSource
from tilekeep.config.mapproxy.wms_service import VERSIONS_WITH_LEGENDS
from tilekeep.config.problems import OptionPath, Problem, error, warning


def legend_problems(settings: Settings) -> Iterator[Problem]:
    """Of sources and layers."""
    for name, source in settings.sources.items():
        if isinstance(source, WmsLikeSource):
            yield from _of_source(("sources", name, "wms_opts"), source)
    for path, url in legend_urls(settings):
        yield from url_problems(path, url)


def legend_urls(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """The addresses of all legends, each with its option."""
    for name, source in settings.sources.items():
        if isinstance(source, WmsLikeSource) and source.wms_opts.legendurl:
            yield ("sources", name, "wms_opts", "legendurl"), source.wms_opts.legendurl
    yield from _of_layers(("layers",), settings.layers)


def _of_layers(path: OptionPath, layers: Sequence[Layer]) -> Iterator[tuple[OptionPath, str]]:
    for index, layer in enumerate(layers):
        if layer.legendurl:
            yield (*path, index, "legendurl"), layer.legendurl
        yield from _of_layers((*path, index, "layers"), layer.layers or ())


def _of_source(path: OptionPath, source: WmsLikeSource) -> Iterator[Problem]:
    options = source.wms_opts
    if not options.legendgraphic or options.legendurl:
        return
    if options.version not in VERSIONS_WITH_LEGENDS:
        message = f"WMS {options.version} has no GetLegendGraphic"
        yield error((*path, "legendgraphic"), f"{message}; set version to {' or '.join(VERSIONS_WITH_LEGENDS)}")
    elif not source.req.get("layers"):
        message = "the source names no layers, so it has a legend only where a layer or cache selects some of its own"
        yield warning((*path, "legendgraphic"), message)

"""Whether the libraries are installed that some types of sources draw with, or that other options need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import NamedTuple

from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import GeotiffSource, MapnikSource, SourceOptions
from tilekeep.config.problems import Problem, error


class _Library(NamedTuple):
    """A library by the names of its module, of its project, and of the extra that installs it."""

    module: str
    name: str
    extra: str


_NEEDED: Mapping[type[SourceOptions], _Library] = {
    MapnikSource: _Library("mapnik", "Mapnik", "mapnik"),
    GeotiffSource: _Library("rasterio", "rasterio", "raster"),
}

_OPEN_TELEMETRY = _Library("opentelemetry.exporter.otlp.proto.http", "opentelemetry-exporter-otlp", "opentelemetry")

_PROMETHEUS = _Library("prometheus_client", "prometheus-client", "metrics")


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package around it is missing
        return False


def library_problems(settings: Settings, installed: Callable[[str], bool] = _is_installed) -> Iterator[Problem]:
    """An error for each source, and each other option, whose library is not there; nothing is imported."""
    for name, source in settings.sources.items():
        library = _NEEDED.get(type(source))
        if library is not None and not installed(library.module):
            message = f"sources of this type need {library.name}, which is not installed"
            yield error(("sources", name, "type"), f'{message}: pip install "tilekeep[{library.extra}]"')
    shown = settings.globals.metrics
    if shown is not None and (shown.path or shown.bind) and not installed(_PROMETHEUS.module):
        message = f"metrics need {_PROMETHEUS.name}, which is not installed"
        yield error(("globals", "metrics"), f'{message}: pip install "tilekeep[{_PROMETHEUS.extra}]"')
    if settings.globals.tracing is not None and not installed(_OPEN_TELEMETRY.module):
        message = "traces need OpenTelemetry, which is not installed"
        yield error(("globals", "tracing"), f'{message}: pip install "tilekeep[{_OPEN_TELEMETRY.extra}]"')

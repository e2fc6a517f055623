"""A rate given beside the configuration: at most so many requests in a second, whatever that says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tilekeep.config.loading.settings_file import LoadedSettings


def with_rate(loaded: LoadedSettings, rate: float | None) -> LoadedSettings:
    """The configuration with at most so many requests in a second to each server; as it is without a rate."""
    if rate is None:
        return loaded
    settings = loaded.settings
    globals_ = settings.globals.model_copy(update={"http": _limited(settings.globals.http, rate)})
    sources = {name: _limited_source(source, rate) for name, source in settings.sources.items()}
    return replace(loaded, settings=settings.model_copy(update={"globals": globals_, "sources": sources}))


def _limited_source(source: Any, rate: float) -> Any:
    http = getattr(source, "http", None)
    return source if http is None else source.model_copy(update={"http": _limited(http, rate)})


def _limited(http: Any, rate: float) -> Any:
    return http.model_copy(update={"requests_per_second": min(rate, http.requests_per_second or rate)})

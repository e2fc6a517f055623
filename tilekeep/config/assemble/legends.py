"""Legends out of their options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.application.layer_tree import MapLayer
from tilekeep.application.legend import Legend
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.styles import with_style
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_legends import (
    EffectiveLegendGraphic,
    EffectiveLegendUrl,
    legend_at,
    legend_of_source,
)
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.secrets import Credentials, split_credentials
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.legend_source import LegendSource

EffectiveLegend = EffectiveLegendUrl | EffectiveLegendGraphic

#: Parameters that do not change what a legend shows, or are part of every identity.
_NOT_DISTINGUISHING = frozenset({"transparent", "format", "layers", "service", "request", "version"})


class MakesExchange(Protocol):
    """Makes what asks a server."""

    def __call__(
        self, url: str, credentials: Credentials | None, http: EffectiveHttp, concurrent_requests: int = 0
    ) -> UpstreamExchange:
        """What asks the server at ``url``, which is spelled as in the configuration."""
        ...


class LegendAssembly:
    """Makes the legends of layers; what asks for one is set up when it is needed.

    Args:
        settings: the whole configuration.
        base_dir: absolute directory of the configuration.
        exchange: makes what asks a server.
        make: makes the source of a legend by its kind (``graphic``, ``url``) from keyword arguments.
    """

    def __init__(
        self, settings: Settings, base_dir: str, exchange: MakesExchange, make: Callable[..., LegendSource]
    ) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._exchange = exchange
        self._make = make
        self._of_source: OncePerKey[str, Legend] = OncePerKey(
            lambda name: self._legend(legend_of_source(settings, name, base_dir))
        )
        self._at: OncePerKey[str, Legend] = OncePerKey(lambda url: self._legend(legend_at(settings, url, base_dir)))

    def of_layer(self, layer: MapLayer) -> tuple[Legend, ...]:
        """Those of one node, bottom first; a legend that layers share is the same for all of them."""
        if layer.legend_url is not None:
            return (self._at(layer.legend_url),)
        return tuple(map(self._of_source, layer.legend_sources))

    def _legend(self, effective: EffectiveLegend) -> Legend:
        parts = OncePerKey[EffectiveLegend, tuple[LegendSource, ...]](self._parts)
        is_graphic = isinstance(effective, EffectiveLegendGraphic)
        return Legend(_identity(effective), is_graphic, partial(parts, effective))

    def _parts(self, effective: EffectiveLegend) -> tuple[LegendSource, ...]:
        url, credentials = split_credentials(effective.url)
        exchange = self._exchange(effective.url, credentials, effective.http, effective.concurrent_requests)
        if isinstance(effective, EffectiveLegendUrl):
            return (self._make("url", exchange=exchange, url=url),)
        request = WmsRequestTemplate.from_options(
            url, dict(with_style(effective.parameters, effective.style_file)), version=effective.version
        )
        return tuple(
            self._make("graphic", exchange=exchange, request=request, layer=layer) for layer in effective.layers
        )


def _identity(effective: EffectiveLegend) -> str:
    """What MapProxy calls the legend by: addresses and layers (spec/sources.md, 6).

    Parameters such as ``styles`` or ``map``, which it leaves out, follow where there are any, so that legends that
    look different are kept apart.
    """
    if isinstance(effective, EffectiveLegendUrl):
        return effective.url
    url, _ = split_credentials(effective.url)
    others = [(key, value) for key, value in effective.parameters if key.lower() not in _NOT_DISTINGUISHING]
    distinguishing = "".join(f"{key.lower()}={value}" for key, value in others if value not in (None, ""))
    return "".join(f"{url}{layer}" for layer in effective.layers) + distinguishing

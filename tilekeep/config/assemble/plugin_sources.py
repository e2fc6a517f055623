"""Sources of plugins out of their options."""

from __future__ import annotations

from typing import Any

from tilekeep.adapters.upstream_exchange import UpstreamExchange, image_of
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_source import EffectivePluginSource
from tilekeep.config.plugins.kinds import SourcePlugin
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import TilekeepError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import Fetched, NotModified, UpstreamRequest
from tilekeep.domain.secrets import split_credentials
from tilekeep.ports.map_source import MapSource


class PluginSourceAssembly:
    """Has plugins make their sources."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectivePluginSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source within its limits; ``gate`` checks what is put on a canvas.

        :raises PluginFailure: the plugin cannot make it.
        """
        parts, options = self._parts, source.options
        kind: Any = options.type  # type: ignore[attr-defined]
        plugin = parts.plugins.plugin(SourcePlugin, kind)
        from tilekeep.config.plugins.contexts import SourceContext

        context = SourceContext(
            name=source.name,
            base_dir=source.base_dir,
            imaging=parts.imaging,
            projection=parts.projection,
            clock=parts.clock,
            raster=parts.raster,
            server=lambda url: _Server(parts.exchange(url, split_credentials(url)[1], source.http)),
        )
        try:
            made = plugin.make(options, context)
        except TilekeepError:
            raise
        except Exception as error:  # whatever the code of others does
            reason = f"making the source {source.name!r} raised {type(error).__name__}: {error}"
            raise parts.plugins.failure(SourcePlugin.group, kind, reason) from error
        return parts.limited(made, source.limits, gate)


class _Server:
    """Implements :class:`tilekeep.config.plugins.contexts.ImageServer`."""

    def __init__(self, exchange: UpstreamExchange) -> None:
        self._exchange = exchange

    def image(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        return image_of(self._exchange.ask(request, purpose, deadline), request)

"""WMS sources out of their options."""

from __future__ import annotations

from dataclasses import replace

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.server_maps import ServerMaps
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.styles import with_style
from tilekeep.config.mapproxy.meaning_source import EffectiveWmsSource
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.map_source import MapSource


class WmsAssembly:
    """Makes WMS sources that draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts
        self._maps = ServerMaps(parts)

    def __call__(self, source: EffectiveWmsSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; see :class:`ServerMaps`."""
        with_style_sent = styled(source)
        return self._maps(source, gate, grid, lambda available: self._server(with_style_sent, available))

    def _server(self, source: EffectiveWmsSource, available: tuple[Srs, ...]) -> MapSource:
        url, credentials = split_credentials(source.url)
        return self._parts.make(
            "wms",
            exchange=self._parts.exchange(
                source.url, credentials, source.http, source.concurrent_requests, source.stand_ins
            ),
            request=WmsRequestTemplate.from_options(
                url, dict(source.parameters), version=source.version, media_type=source.request_format
            ),
            traits=SourceTraits(True, declared_format=source.declared_format, declared_mode=source.image.mode),
            supported_srs=available,
            supported_formats=source.supported_formats,
            forwarded_dimensions=source.forward_req_params,
            method=source.http.method,
        )


def styled(source: EffectiveWmsSource) -> EffectiveWmsSource:
    """The source with its style as a parameter, if that lies in a file: it is sent with each request."""
    option = ("sources", source.plain_name, "req", "sld")
    return replace(source, parameters=with_style(source.parameters, source.style_file, option), style_file=None)

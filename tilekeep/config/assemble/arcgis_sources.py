"""ArcGIS sources out of their options: maps, and answers about places."""

from __future__ import annotations

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.server_maps import ServerMaps
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_arcgis import EffectiveArcgisSource
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource


class ArcgisAssembly:
    """Makes ArcGIS sources that draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts
        self._maps = ServerMaps(parts)

    def __call__(self, source: EffectiveArcgisSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; see :class:`ServerMaps`."""
        return self._maps(source, gate, grid, lambda available: self._server(source, available))

    def _server(self, source: EffectiveArcgisSource, available: tuple[Srs, ...]) -> MapSource:
        url, credentials = split_credentials(source.url)
        return self._parts.make(
            "arcgis",
            exchange=self._parts.exchange(source.url, credentials, source.http, stand_ins=source.stand_ins),
            request=ArcgisRequestTemplate.from_options(url, dict(source.parameters), media_type=source.request_format),
            traits=SourceTraits(True, declared_format=source.declared_format, declared_mode=source.image.mode),
            supported_srs=available,
            supported_formats=source.supported_formats,
        )

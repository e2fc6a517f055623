"""OGC API sources out of their options."""

from __future__ import annotations

from dataclasses import replace

from tilekeep.adapters.discovery import OnceDiscovered
from tilekeep.adapters.sources.ogcapi_maps import OgcApiMaps
from tilekeep.adapters.sources.ogcapi_tiles import OgcApiTiles
from tilekeep.application.sources.discovered_source import DiscoveredSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.discovered_sources import discovered_tiles, trusted_exchange
from tilekeep.config.assemble.server_maps import ServerMaps
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_ogcapi import EffectiveOgcApiMaps, EffectiveOgcApiTiles
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.ogcapi_maps import FoundMaps
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.srs import Srs
from tilekeep.ports.discovery import Discovery
from tilekeep.ports.map_source import MapSource


class OgcApiTilesAssembly:
    """Makes sources of tiles."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveOgcApiTiles, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source for a cache in ``grid``."""
        assert grid is not None, "checked when the configuration was loaded"
        exchange = trusted_exchange(self._parts, source.url, source.http, source.stand_ins)
        tiles = OgcApiTiles(
            exchange,
            url=split_credentials(source.url)[0],
            matrix_set=source.matrix_set,
            grid=grid,
            wanted=source.request_format,
            srs_of=self._parts.projection.srs,
        )
        return discovered_tiles(self._parts, source, gate, exchange, tiles, source.stand_ins)


class OgcApiMapsAssembly:
    """Makes sources of maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts
        self._maps = ServerMaps(parts)

    def __call__(self, source: EffectiveOgcApiMaps, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; see :class:`ServerMaps`."""
        parts = self._parts
        exchange = trusted_exchange(parts, source.url, source.http, source.stand_ins)
        option = ("sources", source.plain_name, "supported_srs")
        maps = OgcApiMaps(
            exchange,
            url=split_credentials(source.url)[0],
            supported_srs=parts.grids.srs_list(source.supported_srs, option),
            srs_of=parts.projection.srs,
        )
        traits = SourceTraits(True, declared_format=source.declared_format, declared_mode=source.image.mode)

        def made(found: FoundMaps) -> MapSource:
            def server(_: tuple[Srs, ...]) -> MapSource:
                return parts.make(
                    "ogcapimaps",
                    exchange=exchange,
                    found=found,
                    traits=traits,
                    transparent=bool(source.image.transparent),
                    background=source.background,
                )

            in_its_srs = replace(source, supported_srs=tuple(srs.code for srs, _ in found.srs))
            return self._maps(in_its_srs, gate, grid, server)

        discovery: Discovery[FoundMaps] = OnceDiscovered(maps, parts.clock, name=source.name)
        discovered = DiscoveredSource(discovery, made, traits)
        return parts.with_stand_ins(discovered, source.name, source.stand_ins, source.limits, gate)

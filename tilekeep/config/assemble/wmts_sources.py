"""WMTS sources out of their options."""

from __future__ import annotations

from tilekeep.adapters.sources.wmts import WmtsTiles
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.discovered_sources import discovered_tiles, trusted_exchange
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_wmts import EffectiveWmtsSource
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.wmts_offer import WantedTiles, WmtsOffer
from tilekeep.ports.map_source import MapSource


class WmtsAssembly:
    """Makes sources of the tiles of a layer."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveWmtsSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source for a cache in ``grid``."""
        assert grid is not None, "checked when the configuration was loaded"
        exchange = trusted_exchange(self._parts, source.url, source.http, source.stand_ins)
        tiles = WmtsTiles(
            exchange,
            url=split_credentials(source.url)[0],
            wanted=WantedTiles(
                layer=source.layer,
                grid=grid,
                matrix_set=source.matrix_set,
                style=source.style,
                formats=_formats(source.own_format or source.request_format),
                only_these_formats=source.own_format is not None or opaque_format(source.request_format) is not None,
                dimensions={name.lower(): value for name, value in source.dimensions},
            ),
            read=_offer,
            srs_of=self._parts.projection.srs,
        )
        return discovered_tiles(self._parts, source, gate, exchange, tiles, source.stand_ins)


def _formats(wanted: str) -> tuple[str, ...]:
    opaque = opaque_format(wanted)
    return (wanted,) if opaque is None else opaque.media_types


def _offer(body: bytes) -> WmtsOffer:
    """Lxml is imported when there is something to read."""
    from tilekeep.adapters.documents.wmts_capabilities import wmts_offer

    return wmts_offer(body)

"""Tile servers out of their options: the template, and the grid that must be that of the cache."""

from __future__ import annotations

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_source import EffectiveTileSource
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.ports.map_source import MapSource


class TileAssembly:
    """Makes sources that know the tiles of one grid only."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveTileSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source for a cache in ``grid``.

        :raises ConfigurationError: its own grid differs from that, or its template means nothing.
        """
        assert grid is not None, "checked when the configuration was loaded"
        source_grid = self._parts.grids.grid(source.grid)
        if source_grid.srs != grid.srs or source_grid.tile_size != grid.tile_size:
            raise ConfigurationError(
                f"SRS and tile size of {source.grid} differ from those of the grid {grid.name} of the cache; "
                "tiles cannot be transformed, use grids that match",
                option=("sources", source.name, "grid"),
            )
        url, credentials = split_credentials(source.url)
        made = self._parts.make(
            "tile",
            exchange=self._parts.exchange(source.url, credentials, source.http, stand_ins=source.stand_ins),
            template=_template(source, url),
            grid=source_grid,
            traits=SourceTraits(False, accepts_integer_multiples=True),
        )
        limited = self._parts.limited(made, source.limits, gate)
        return self._parts.with_stand_ins(limited, source.name, source.stand_ins, source.limits, gate)


def _template(source: EffectiveTileSource, url: str) -> TileUrlTemplate:
    try:
        return TileUrlTemplate(url)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, option=("sources", source.name, "url")) from error

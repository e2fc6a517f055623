"""Archives of tiles as sources (own additions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.stored_tiles import StoredTiles
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.pmtiles_stores import pmtiles_store
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.xyz_grids import web_mercator, xyz_levels
from tilekeep.config.mapproxy.meaning_archives import EffectiveMbtilesSource, EffectivePmtilesSource
from tilekeep.config.mapproxy.meaning_source import EffectiveSource
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.domain.deadline import Purpose
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord, TileSet
from tilekeep.domain.xyz import MOST_LEVELS, XyzLevels
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.tile_store import TileReader

#: Tiles of a source are called as in XYZ, whatever the grid of the cache.
_XYZ = XyzLevels(tuple(TileCoord(z, 0, 0) for z in range(MOST_LEVELS)), downwards=True)

#: MBTiles count rows from the south (MBTiles 1.3, Tiles).
_FROM_THE_SOUTH = RowOrder([1 << z for z in range(MOST_LEVELS)])

_TIMEOUT_SECONDS = 30.0


class MbtilesAssembly:
    """Makes sources that read MBTiles files."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveMbtilesSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source for a cache in ``grid``.

        :raises ConfigurationError: its tiles are not those of archives.
        """
        store = self._parts.make_store(
            "mbtiles",
            tile_set=_tile_set(source),
            path=source.path,
            metadata=dict,
            row_order=_FROM_THE_SOUTH,
            media_type=source.media_type,
            timeout_seconds=_TIMEOUT_SECONDS,
            wal=False,
            directory_permissions=None,
            file_permissions=None,
            creation_locks=_nothing_is_made,
        )
        return _source(self._parts, source, lambda _: store, gate, grid)


class PmtilesAssembly:
    """Makes sources that read PMTiles archives."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectivePmtilesSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source for a cache in ``grid``.

        :raises ConfigurationError: its tiles are not those of archives.
        """
        parts = self._parts

        def reader(purpose: Purpose) -> TileReader:
            return pmtiles_store(
                parts.make_store,
                lambda url, http: parts.admitted(url, http).for_purpose(purpose),
                _tile_set(source),
                _XYZ,
                path=source.path,
                url=source.url,
                http=source.http,
            )

        return _source(parts, source, OncePerKey(reader), gate, grid)


def _source(
    parts: SourceParts,
    source: EffectiveSource,
    reader: Callable[[Purpose], TileReader],
    gate: StoreGate,
    grid: TileGrid | None,
) -> MapSource:
    assert grid is not None, "checked when the configuration was loaded"
    xyz_levels(grid, parts.projection, ("sources", SourceName.parse(source.name).name, "type"))
    made = StoredTiles(reader, web_mercator(parts.projection), gate, parts.read_slice)
    return parts.limited(made, source.limits, gate)


def _tile_set(source: EffectiveSource) -> TileSet:
    return TileSet(source.name, "xyz", "")


def _nothing_is_made(directory: str) -> NoReturn:
    raise AssertionError(f"sources are only read, so nothing is made in {directory}")

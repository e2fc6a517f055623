"""What makes sources, by their kinds: each is imported with the first source of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.domain.grid import TileGrid
from tilekeep.ports.map_source import MapSource

#: Makes a source of one kind; the grid is that of the cache, or None for maps of any box, size and SRS.
MakeSource = Callable[[Any, StoreGate, TileGrid | None], MapSource]


def _wms(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.wms_sources import WmsAssembly

    return WmsAssembly(parts)


def _tile(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.tile_sources import TileAssembly

    return TileAssembly(parts)


def _world(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.world_sources import WorldAssembly

    return WorldAssembly(parts)


def _mbtiles(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.archive_sources import MbtilesAssembly

    return MbtilesAssembly(parts)


def _pmtiles(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.archive_sources import PmtilesAssembly

    return PmtilesAssembly(parts)


def _arcgis(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.arcgis_sources import ArcgisAssembly

    return ArcgisAssembly(parts)


def _ogcapitiles(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.ogcapi_sources import OgcApiTilesAssembly

    return OgcApiTilesAssembly(parts)


def _ogcapimaps(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.ogcapi_sources import OgcApiMapsAssembly

    return OgcApiMapsAssembly(parts)


def _wmts(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.wmts_sources import WmtsAssembly

    return WmtsAssembly(parts)


def _debug(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.drawn_sources import DebugAssembly

    return DebugAssembly(parts)


def _mapnik(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.drawn_sources import MapnikAssembly

    return MapnikAssembly(parts)


def _geojson(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.drawn_sources import GeojsonAssembly

    return GeojsonAssembly(parts)


def _geotiff(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.drawn_sources import GeotiffAssembly

    return GeotiffAssembly(parts)


def _plugin(parts: SourceParts) -> MakeSource:
    from tilekeep.config.assemble.plugin_sources import PluginSourceAssembly

    return PluginSourceAssembly(parts)


_MAKERS: Mapping[str, Callable[[SourceParts], MakeSource]] = {
    "wms": _wms,
    "tile": _tile,
    "world": _world,
    "mbtiles": _mbtiles,
    "pmtiles": _pmtiles,
    "arcgis": _arcgis,
    "ogcapitiles": _ogcapitiles,
    "ogcapimaps": _ogcapimaps,
    "wmts": _wmts,
    "debug": _debug,
    "mapnik": _mapnik,
    "geojson": _geojson,
    "geotiff": _geotiff,
    "plugin": _plugin,
}


def maker_of(kind: str, parts: SourceParts) -> MakeSource:
    """What makes sources whose options say that they are of this kind."""
    return _MAKERS[kind](parts)

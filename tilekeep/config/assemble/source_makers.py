"""What makes sources, by their kinds: each is imported with the first source of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.domain.grid import TileGrid
from tilekeep.ports.map_source import MapSource

#: Makes a source of one kind; the grid is that of the cache, or None for maps of any box, size and SRS.
MakeSource = Callable[[Any, StoreGate, TileGrid | None], MapSource]

#: By what the options of a source say that it is: the module of this package, and the class in it.
MAKERS: Mapping[str, tuple[str, str]] = {
    "wms": ("wms_sources", "WmsAssembly"),
    "tile": ("tile_sources", "TileAssembly"),
    "world": ("world_sources", "WorldAssembly"),
    "mbtiles": ("archive_sources", "MbtilesAssembly"),
    "pmtiles": ("archive_sources", "PmtilesAssembly"),
    "arcgis": ("arcgis_sources", "ArcgisAssembly"),
    "ogcapitiles": ("ogcapi_sources", "OgcApiTilesAssembly"),
    "ogcapimaps": ("ogcapi_sources", "OgcApiMapsAssembly"),
    "wmts": ("wmts_sources", "WmtsAssembly"),
    "debug": ("drawn_sources", "DebugAssembly"),
    "mapnik": ("drawn_sources", "MapnikAssembly"),
    "geojson": ("drawn_sources", "GeojsonAssembly"),
    "geotiff": ("drawn_sources", "GeotiffAssembly"),
    "plugin": ("plugin_sources", "PluginSourceAssembly"),
}


def maker_of(kind: str, parts: SourceParts) -> MakeSource:
    """What makes sources whose options say that they are of this kind."""
    module, name = MAKERS[kind]
    make: MakeSource = getattr(import_module(f"tilekeep.config.assemble.{module}"), name)(parts)
    return make

"""Sources of maps, of answers about places and of legends, and what draws on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tilekeep.config.chosen.kept import Keep, kept
from tilekeep.domain.srs import Srs
from tilekeep.ports.info_source import InfoSource
from tilekeep.ports.legend_source import LegendSource
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.projection import Projection

if TYPE_CHECKING:
    from tilekeep.adapters.sources.geotiff import RasterFiles
    from tilekeep.adapters.sources.mapnik import LoadedMaps


def wms_source(**options: Any) -> MapSource:
    """A Web Map Service."""
    from tilekeep.adapters.sources.wms import WmsSource

    return WmsSource(**options)


def tile_source(**options: Any) -> MapSource:
    """A server of tiles."""
    from tilekeep.adapters.sources.tile import TileSource

    return TileSource(**options)


def arcgis_source(**options: Any) -> MapSource:
    """An ArcGIS server."""
    from tilekeep.adapters.sources.arcgis import ArcgisSource

    return ArcgisSource(**options)


def found_tiles_source(**options: Any) -> MapSource:
    """Tiles of which the documents of a server tell."""
    from tilekeep.adapters.sources.found_tiles import FoundTilesSource

    return FoundTilesSource(**options)


def ogcapi_maps_source(**options: Any) -> MapSource:
    """Maps by OGC API."""
    from tilekeep.adapters.sources.ogcapi_maps import OgcApiMapsSource

    return OgcApiMapsSource(**options)


def world_source(**options: Any) -> MapSource:
    """The world of the demo."""
    from tilekeep.adapters.sources.world import WorldSource

    return WorldSource(**options)


def world_outlines(projection: Projection) -> Callable[[Srs], bytes]:
    """The same countries for pages."""

    def outlines(srs: Srs) -> bytes:
        from tilekeep.adapters.sources.world.outlines import WorldOutlines

        return WorldOutlines(projection)(srs)

    return outlines


def geojson_source(**options: Any) -> MapSource:
    """A file with features."""
    from tilekeep.adapters.sources.geojson import GeojsonSource

    return GeojsonSource(**options)


def raster_files(keep: Keep) -> RasterFiles:
    """The raster files that the process has open."""
    from tilekeep.adapters.sources.geotiff import RasterFiles

    return kept(RasterFiles(), keep)


def geotiff_source(**options: Any) -> MapSource:
    """A raster file."""
    from tilekeep.adapters.sources.geotiff import GeotiffSource

    return GeotiffSource(**options)


def mapnik_maps(keep: Keep) -> LoadedMaps:
    """The styles that the process has loaded."""
    from tilekeep.adapters.sources.mapnik import LoadedMaps

    return kept(LoadedMaps(), keep)


def mapnik_source(**options: Any) -> MapSource:
    """A style of Mapnik."""
    from tilekeep.adapters.sources.mapnik import MapnikSource

    return MapnikSource(**options)


def wms_info(**options: Any) -> InfoSource:
    """What a Web Map Service says of a place."""
    from tilekeep.adapters.sources.wms_info import WmsInfoSource

    return WmsInfoSource(**options)


def arcgis_info(**options: Any) -> InfoSource:
    """What an ArcGIS server says of a place."""
    from tilekeep.adapters.sources.arcgis_info import ArcgisInfoSource

    return ArcgisInfoSource(**options)


def legend_url(**options: Any) -> LegendSource:
    """A legend at an address."""
    from tilekeep.adapters.sources.legend_url import LegendUrl

    return LegendUrl(**options)


def wms_legend(**options: Any) -> LegendSource:
    """A legend of a Web Map Service."""
    from tilekeep.adapters.sources.wms_legend import WmsLegend

    return WmsLegend(**options)

"""Sources as caches and layers name them: each type of options has a function that says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.config.mapproxy.meaning_arcgis import arcgis_source
from tilekeep.config.mapproxy.meaning_archives import mbtiles_source, pmtiles_source
from tilekeep.config.mapproxy.meaning_drawn import debug_source, geojson_source, geotiff_source, mapnik_source
from tilekeep.config.mapproxy.meaning_ogcapi import ogcapi_maps_source, ogcapi_tiles_source
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveSource,
    NamedSource,
    cache_source,
    limits_of,
    plugin_source,
    tile_source,
    wms_source,
    world_source,
)
from tilekeep.config.mapproxy.meaning_wmts import wmts_source
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import (
    ArcgisSource,
    DebugSource,
    GeojsonSource,
    GeotiffSource,
    MapnikSource,
    MapserverSource,
    MbtilesSource,
    OgcApiMapsSource,
    OgcApiTilesSource,
    PluginSource,
    PmtilesSource,
    SourceOptions,
    TileSource,
    WmsSource,
    WmtsSource,
    WorldSource,
)

_MEANINGS: Mapping[type[SourceOptions], Callable[[NamedSource, Any], EffectiveSource]] = {
    WmsSource: wms_source,
    MapserverSource: wms_source,
    TileSource: tile_source,
    WorldSource: world_source,
    MbtilesSource: mbtiles_source,
    PmtilesSource: pmtiles_source,
    ArcgisSource: arcgis_source,
    OgcApiTilesSource: ogcapi_tiles_source,
    OgcApiMapsSource: ogcapi_maps_source,
    WmtsSource: wmts_source,
    MapnikSource: mapnik_source,
    DebugSource: debug_source,
    GeojsonSource: geojson_source,
    GeotiffSource: geotiff_source,
}


def effective_source(settings: Settings, name: str, base_dir: str, *, request_format: str) -> EffectiveSource:
    """The source or cache that a cache calls ``name`` (a tag chooses layers); it must exist (checked when loading).

    Args:
        settings: the settings.
        name: as in ``caches.*.sources``.
        base_dir: absolute directory of the configuration.
        request_format: what the cache wants from its sources: a media type, or a name of a format.
    """
    if SourceName.parse(name).name not in settings.sources:
        return cache_source(settings, name)
    return _meaning(settings, name, base_dir, request_format)


def direct_source(settings: Settings, name: str, base_dir: str) -> EffectiveSource:
    """The source that a layer calls ``name`` and that is asked for each map; checked when loading."""
    return _meaning(settings, name, base_dir, None)


def _meaning(settings: Settings, name: str, base_dir: str, request_format: str | None) -> EffectiveSource:
    plain_name, layers = SourceName.parse(name)
    source = settings.sources[plain_name]
    named = NamedSource(settings, name, layers, base_dir, request_format, limits_of(source, base_dir))
    if isinstance(source, PluginSource):
        return plugin_source(named, source)
    assert type(source) in _MEANINGS, f"{source.type!r} is refused when the configuration is loaded"
    return _MEANINGS[type(source)](named, source)

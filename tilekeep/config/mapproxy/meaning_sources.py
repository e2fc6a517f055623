"""Sources as caches and layers name them: each type of options has a function that says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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

# What few configurations have is imported with the first source of its type.


def _arcgis_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_arcgis import arcgis_source

    return arcgis_source(named, options)


def _mbtiles_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_archives import mbtiles_source

    return mbtiles_source(named, options)


def _pmtiles_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_archives import pmtiles_source

    return pmtiles_source(named, options)


def _debug_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_drawn import debug_source

    return debug_source(named, options)


def _geojson_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_drawn import geojson_source

    return geojson_source(named, options)


def _geotiff_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_drawn import geotiff_source

    return geotiff_source(named, options)


def _mapnik_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_drawn import mapnik_source

    return mapnik_source(named, options)


def _ogcapi_maps_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_ogcapi import ogcapi_maps_source

    return ogcapi_maps_source(named, options)


def _ogcapi_tiles_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_ogcapi import ogcapi_tiles_source

    return ogcapi_tiles_source(named, options)


def _wmts_source(named: NamedSource, options: Any) -> EffectiveSource:
    from tilekeep.config.mapproxy.meaning_wmts import wmts_source

    return wmts_source(named, options)


_MEANINGS: Mapping[type[SourceOptions], Callable[[NamedSource, Any], EffectiveSource]] = {
    WmsSource: wms_source,
    MapserverSource: wms_source,
    TileSource: tile_source,
    WorldSource: world_source,
    MbtilesSource: _mbtiles_source,
    PmtilesSource: _pmtiles_source,
    ArcgisSource: _arcgis_source,
    OgcApiTilesSource: _ogcapi_tiles_source,
    OgcApiMapsSource: _ogcapi_maps_source,
    WmtsSource: _wmts_source,
    MapnikSource: _mapnik_source,
    DebugSource: _debug_source,
    GeojsonSource: _geojson_source,
    GeotiffSource: _geotiff_source,
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

"""Sources as caches and layers name them: each type of options has a function that says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
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

#: What most configurations have.
_MEANINGS: Mapping[type[SourceOptions], Callable[[NamedSource, Any], EffectiveSource]] = {
    WmsSource: wms_source,
    MapserverSource: wms_source,
    TileSource: tile_source,
    WorldSource: world_source,
}

#: What few have, imported with the first source of its type: the module of this package, and the function in it.
RARE_MEANINGS: Mapping[type[SourceOptions], tuple[str, str]] = {
    MbtilesSource: ("meaning_archives", "mbtiles_source"),
    PmtilesSource: ("meaning_archives", "pmtiles_source"),
    ArcgisSource: ("meaning_arcgis", "arcgis_source"),
    OgcApiTilesSource: ("meaning_ogcapi", "ogcapi_tiles_source"),
    OgcApiMapsSource: ("meaning_ogcapi", "ogcapi_maps_source"),
    WmtsSource: ("meaning_wmts", "wmts_source"),
    MapnikSource: ("meaning_drawn", "mapnik_source"),
    DebugSource: ("meaning_drawn", "debug_source"),
    GeojsonSource: ("meaning_drawn", "geojson_source"),
    GeotiffSource: ("meaning_drawn", "geotiff_source"),
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
    return _meaning_of(type(source))(named, source)


def _meaning_of(options: type[SourceOptions]) -> Callable[[NamedSource, Any], EffectiveSource]:
    if options in _MEANINGS:
        return _MEANINGS[options]
    module, name = RARE_MEANINGS[options]
    meaning: Callable[[NamedSource, Any], EffectiveSource] = getattr(
        import_module(f"tilekeep.config.mapproxy.{module}"), name
    )
    return meaning

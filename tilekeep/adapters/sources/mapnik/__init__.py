"""Maps that Mapnik draws on this machine (extra ``mapnik``; spec/sources.md, 8.2)."""

from tilekeep.adapters.sources.mapnik.loaded_maps import LoadedMaps
from tilekeep.adapters.sources.mapnik.source import MapnikSource

__all__ = ["LoadedMaps", "MapnikSource"]

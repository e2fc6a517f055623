"""Points, lines and polygons in a GeoJSON file, drawn in one look."""

from tilekeep.adapters.sources.geojson.painting import GeojsonLook
from tilekeep.adapters.sources.geojson.source import GeojsonSource

__all__ = ["GeojsonLook", "GeojsonSource"]

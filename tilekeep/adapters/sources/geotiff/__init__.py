"""Georeferenced raster files, read by GDAL through rasterio (extra ``raster``)."""

from tilekeep.adapters.sources.geotiff.raster_files import RasterFiles
from tilekeep.adapters.sources.geotiff.source import GeotiffSource

__all__ = ["GeotiffSource", "RasterFiles"]

"""OGR data by GDAL's own bindings, which have the drivers of the GDAL that the system brings."""

from __future__ import annotations

from typing import Any

from osgeo import ogr

from tilekeep.adapters.geometry.ogr_reader import CannotRead, is_sql


def read_with_osgeo(datasource: str, where: str | None) -> list[bytes]:
    """See :data:`tilekeep.adapters.geometry.ogr_reader.Reader`."""
    ogr.UseExceptions()
    try:
        return _binaries(datasource, where)
    except RuntimeError as error:
        raise CannotRead(str(error), no_driver=True) from None


def _binaries(datasource: str, where: str | None) -> list[bytes]:
    source = ogr.Open(datasource)
    if source is None:
        raise CannotRead("GDAL cannot open it", no_driver=True)
    if is_sql(where):
        layer = source.ExecuteSQL(where)
    else:
        layer = source.GetLayer(0)
        layer.SetAttributeFilter(where)
    geometries = [] if layer is None else (feature.GetGeometryRef() for feature in layer)
    return [_binary(geometry) for geometry in geometries if geometry is not None]


def _binary(geometry: Any) -> bytes:
    """Two dimensions and straight lines are all that counts."""
    plain = geometry.GetLinearGeometry()
    plain.FlattenTo2D()
    return bytes(plain.ExportToWkb())

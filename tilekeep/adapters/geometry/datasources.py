"""Polygons out of the files and connections that coverages name (spec/coverages.md, 3.1)."""

from __future__ import annotations

import logging
from typing import Any

from tilekeep.adapters.geometry.bounded_files import head_of, read_text
from tilekeep.adapters.geometry.connections import CONNECTION, public_name
from tilekeep.adapters.geometry.geojson import geojson_polygons
from tilekeep.adapters.geometry.ogr import ogr_polygons
from tilekeep.adapters.geometry.polygon_parts import joined
from tilekeep.adapters.geometry.wkt import wkt_polygons

_log = logging.getLogger("tilekeep.config.coverage")

_WKT = (b"polygon", b"multipolygon")


def area_of_wkt_file(path: str) -> Any:
    """The area of a file of well-known text (``polygons``).

    :raises EmptyCoverage: it has no polygons.
    :raises ConfigurationError: it cannot be read.
    """
    return joined(wkt_polygons(read_text(path), path), path)


def area_of_ogr_source(datasource: str, where: str | None) -> Any:
    """The area of what GDAL reads (``ogr_datasource``); errors as of :func:`area_of_wkt_file`."""
    return joined(ogr_polygons(datasource, where), public_name(datasource))


def area_of_datasource(datasource: str, where: str | None) -> Any:
    """The area of a file of any kind, told by its first bytes, or of a connection; errors as above."""
    head = None if CONNECTION.match(datasource) else head_of(datasource)
    if head is not None and head.lower().startswith(_WKT):
        if where is not None:
            _log.warning("where has no effect on the well-known text in %s; remove it", datasource)
        return area_of_wkt_file(datasource)
    if head is not None and head.startswith(b"{") and where is None:
        return joined(geojson_polygons(read_text(datasource), datasource), datasource)
    return area_of_ogr_source(datasource, where)

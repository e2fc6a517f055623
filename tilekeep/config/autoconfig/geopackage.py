"""Grids, caches and layers for the tables of tiles in a GeoPackage."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from tilekeep.domain.tile_tables import DescribedTable


def geopackage_sections(path: str, tables: Iterable[DescribedTable]) -> dict[str, Any]:
    """The sections of a configuration that shows all tables."""
    sections: dict[str, Any] = {
        "services": {
            "demo": None,
            "tms": {"use_grid_names": True, "origin": "nw"},
            "kml": {"use_grid_names": True},
            "wmts": None,
            "wms": None,
        },
        "grids": {},
        "caches": {},
        "layers": [],
    }
    for table in tables:
        grid, cache = f"{table.name}_{table.epsg}", f"{table.name}_cache"
        sections["grids"][grid] = {
            "srs": f"EPSG:{table.epsg}",
            "tile_size": list(table.levels[0].tile_size),
            "bbox": list(table.bbox),
            "res": table.resolutions(),
            "origin": "nw",
        }
        store = {"type": "geopackage", "filename": os.path.abspath(path), "table_name": table.name}
        sections["caches"][cache] = {"sources": [], "grids": [grid], "cache": store}
        sections["layers"].append({"name": table.name, "title": table.name, "sources": [cache]})
    return sections

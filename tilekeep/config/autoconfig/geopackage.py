"""Grids, caches and layers for the tables of tiles in a GeoPackage."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from tilekeep.config.autoconfig.literal_text import literal
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
        name = literal(table.name)
        grid, cache = f"{name}_{table.epsg}", f"{name}_cache"
        sections["grids"][grid] = {
            "srs": f"EPSG:{table.epsg}",
            "tile_size": list(table.levels[0].tile_size),
            "bbox": list(table.bbox),
            "res": table.resolutions(),
            "origin": "nw",
        }
        store = {"type": "geopackage", "filename": os.path.abspath(path), "table_name": name}
        sections["caches"][cache] = {"sources": [], "grids": [grid], "cache": store}
        sections["layers"].append({"name": name, "title": name, "sources": [cache]})
    return sections

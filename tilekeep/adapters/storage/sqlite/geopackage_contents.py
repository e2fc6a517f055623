"""What is in a GeoPackage that nobody has configured yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from tilekeep.adapters.storage.sqlite.database import connect
from tilekeep.adapters.storage.sqlite.errors import database_error
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.tile_tables import DescribedLevel, DescribedTable

#: How long a program that writes to the file is waited for.
_TIMEOUT_SECONDS = 5.0

_TABLES = """
SELECT c.table_name, s.organization_coordsys_id,
    coalesce(m.min_x, c.min_x), coalesce(m.min_y, c.min_y), coalesce(m.max_x, c.max_x), coalesce(m.max_y, c.max_y)
FROM gpkg_contents c
JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id
LEFT JOIN gpkg_tile_matrix_set m ON m.table_name = c.table_name
WHERE c.data_type = 'tiles' AND s.organization_coordsys_id > 0
ORDER BY c.rowid
"""
_LEVELS = """
SELECT zoom_level, tile_width, tile_height, pixel_x_size FROM gpkg_tile_matrix WHERE table_name = ? ORDER BY zoom_level
"""


def tile_tables(path: str) -> list[DescribedTable]:
    """The tables of tiles in the file, which must be there; those without levels or without a known SRS are left out.

    :raises StoreError: it is no GeoPackage, or cannot be read.
    """
    try:
        with closing(connect(path, _TIMEOUT_SECONDS)) as connection:
            return list(_tables(connection))
    except sqlite3.Error as error:
        raise database_error("read the tables of tiles", path, error) from error


def _tables(connection: sqlite3.Connection) -> Iterator[DescribedTable]:
    for name, epsg, *box in connection.execute(_TABLES).fetchall():
        levels = tuple(
            DescribedLevel(zoom, Size(width, height), resolution)
            for zoom, width, height, resolution in connection.execute(_LEVELS, (name,))
        )
        if levels and None not in box:
            yield DescribedTable(str(name), epsg, BBox(*box), levels)

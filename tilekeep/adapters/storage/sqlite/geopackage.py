"""GeoPackage: a table of tiles for each grid, with the tables that describe it (spec/caches.md, 3.4).

Columns and rows are those of MapProxy, which checks them when it opens a file, and of OGC 12-128r18, clause 2.2.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tilekeep.adapters.storage.sqlite.geopackage_tables import (
    APPLICATION_ID,
    TABLES,
    TILES,
    WEB_MERCATOR_WKT,
    WGS_84_WKT,
)
from tilekeep.adapters.storage.sqlite.statements import TileTable
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid

#: How far resolutions may differ, as part of their size.
_TOLERANCE = 1e-9

_WELL_KNOWN = (
    (3857, "epsg", 3857, "WGS 84 / Pseudo-Mercator", WEB_MERCATOR_WKT),
    (4326, "epsg", 4326, "WGS 84", WGS_84_WKT),
    (-1, "NONE", -1, " ", "undefined"),
    (0, "NONE", 0, " ", "undefined"),
)


@dataclass(frozen=True, slots=True)
class GeopackageSchema:
    """A table of tiles in a GeoPackage.

    :ivar table: the table of tiles.
    :ivar grid: whose tiles they are.
    :ivar bbox: the area with data, in the SRS of the grid.
    :ivar srs_id: the EPSG number of that SRS, as the configuration spells it.
    :ivar wkt: makes the definition of that SRS in well-known text.
    """

    table: TileTable
    grid: TileGrid
    bbox: BBox
    srs_id: int
    wkt: Callable[[], str]

    shares_file = True

    def prepare(self, connection: sqlite3.Connection) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`; what is there is checked and stays."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if not application:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for table in TABLES:
            connection.execute(table)
        connection.execute(TILES.format(name=self.table.name))
        self._add_srs(connection)
        contents = connection.execute(
            "SELECT data_type, srs_id FROM gpkg_contents WHERE table_name = ?", (self.table.name,)
        ).fetchone()
        if contents is None:
            self._add_contents(connection)
        else:
            self._check(connection, *contents)
        self._add_levels(connection)

    def levels_stored(self, connection: sqlite3.Connection, levels: Collection[int]) -> None:
        """See :class:`~tilekeep.adapters.storage.sqlite.schema.TileSchema`: all levels are described from the start."""

    def _add_srs(self, connection: sqlite3.Connection) -> None:
        entries = list(_WELL_KNOWN)
        if self.srs_id not in {entry[0] for entry in entries}:
            known = connection.execute("SELECT 1 FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (self.srs_id,)).fetchone()
            if known is None:
                entries.append((self.srs_id, "epsg", self.srs_id, self.grid.srs.code, self.wkt()))
        connection.executemany(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys"
            " (srs_id, organization, organization_coordsys_id, srs_name, definition) VALUES (?, ?, ?, ?, ?)",
            entries,
        )

    def _add_contents(self, connection: sqlite3.Connection) -> None:
        name, whole, area = self.table.name, self.grid.bbox, self.bbox
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change,"
            " min_x, min_y, max_x, max_y, srs_id) VALUES (?, 'tiles', ?, 'Created with Tilekeep.', ?, ?, ?, ?, ?, ?)",
            (name, name, _now(), *area, self.srs_id),
        )
        connection.execute(
            "INSERT OR REPLACE INTO gpkg_tile_matrix_set (table_name, srs_id, min_x, min_y, max_x, max_y)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, self.srs_id, *whole),
        )

    def _add_levels(self, connection: sqlite3.Connection) -> None:
        """Describes the levels of the grid that are not; other programs refuse tiles of a level that is not."""
        width, height = self.grid.tile_size
        connection.executemany(
            "INSERT OR IGNORE INTO gpkg_tile_matrix (table_name, zoom_level, matrix_width, matrix_height,"
            " tile_width, tile_height, pixel_x_size, pixel_y_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (self.table.name, z, *self.grid.matrix_size(z), width, height, resolution, resolution)
                for z, resolution in enumerate(self.grid.resolutions)
            ],
        )

    def _check(self, connection: sqlite3.Connection, data_type: str, srs_id: int) -> None:
        if data_type.lower() != "tiles":
            self._refuse(f"it holds {data_type}, not tiles")
        stored_srs = connection.execute(
            "SELECT organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs_id,)
        ).fetchone()
        if stored_srs is not None and stored_srs[0] != self.srs_id:
            self._refuse(f"its SRS has the number {stored_srs[0]}, that of the grid {self.srs_id}")
        matrix = connection.execute(
            "SELECT zoom_level, tile_width, tile_height, pixel_x_size, pixel_y_size FROM gpkg_tile_matrix"
            " WHERE table_name = ? ORDER BY zoom_level",
            (self.table.name,),
        ).fetchone()
        if matrix is None:
            return
        level, width, height, *resolutions = matrix
        if (width, height) != tuple(self.grid.tile_size):
            expected = "x".join(map(str, self.grid.tile_size))
            self._refuse(f"its tiles have {width}x{height} pixels, those of the grid {expected}")
        expected_resolution = self.grid.resolutions[level] if 0 <= level < self.grid.levels else None
        if expected_resolution is None or any(
            not math.isclose(resolution, expected_resolution, rel_tol=_TOLERANCE) for resolution in resolutions
        ):
            self._refuse(
                f"its level {level} has the resolution {resolutions[0]}, that of the grid {expected_resolution}"
            )

    def _refuse(self, reason: str) -> None:
        raise StoreError(
            f"the table {self.table.name!r} of the GeoPackage is of something else: {reason};"
            " set another table_name or another file"
        )


def _now() -> str:
    """The time of now, or of ``SOURCE_DATE_EPOCH``, as GeoPackage wants it."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

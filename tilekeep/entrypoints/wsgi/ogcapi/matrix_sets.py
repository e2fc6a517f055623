"""Grids as tile matrix sets (OGC 17-083r4; spec/services.md, 8.2 and 8.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tilekeep.domain.errors import UnknownTileGrid
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ogc_crs import crs_url, is_of_earth
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, WEB_MERCATOR_CODES, WGS_84_CODE, Srs
from tilekeep.entrypoints.wsgi.ogcapi.links import Links

#: The name that the OGC has for the grid of web maps; the grid itself is not offered under its own.
WEB_MERCATOR_QUAD = "WebMercatorQuad"
_GRID_OF_WEB_MAPS = "GLOBAL_WEBMERCATOR"

URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_SCALES = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"

_CORNERS = {"nw": "topLeft", "sw": "bottomLeft"}


class MatrixSet(NamedTuple):
    """A tile matrix set; ``key`` is what the configuration calls its grid."""

    identifier: str
    key: str
    grid: TileGrid

    @property
    def uri(self) -> str | None:
        """The name of a set that everybody knows, or None."""
        return URI if self.identifier == WEB_MERCATOR_QUAD else None

    @property
    def crs(self) -> str:
        """The name of its reference system; degrees are longitude first."""
        if self.grid.srs.code == WGS_84_CODE:
            return _CRS84
        return _WEB_MERCATOR if self.grid.srs.code in WEB_MERCATOR_CODES else crs_url(self.grid.srs)

    def described(self) -> dict[str, Any]:
        """The whole of it (17-083r4, 6.2)."""
        known = {} if self.uri is None else {"uri": self.uri, "wellKnownScaleSet": _SCALES}
        matrices = [self._matrix(z) for z in range(self.grid.levels)]
        return {
            "id": self.identifier,
            "title": self.identifier,
            "crs": self.crs,
            **known,
            "orderedAxes": ["N", "E"] if self._north_first else ["E", "N"],
            "boundingBox": self._box(),
            "tileMatrices": matrices,
        }

    def _box(self) -> dict[str, Any]:
        """Where its tiles lie, in the axis order of its reference system."""
        left, bottom, right, top = self.grid.bbox
        lower, upper = ([bottom, left], [top, right]) if self._north_first else ([left, bottom], [right, top])
        return {"lowerLeft": lower, "upperRight": upper, "crs": self.crs}

    def listed(self, links: Links) -> dict[str, Any]:
        """What a list says of it."""
        known = {} if self.uri is None else {"uri": self.uri}
        title = f"Tile matrix set {self.identifier}"
        return {
            "id": self.identifier,
            "title": self.identifier,
            **known,
            "crs": self.crs,
            "links": links.own(title, "tileMatrixSets", self.identifier),
        }

    @property
    def _north_first(self) -> bool:
        return self.grid.srs.north_first and self.grid.srs.code != WGS_84_CODE

    def _matrix(self, z: int) -> dict[str, Any]:
        grid = self.grid
        columns, rows = grid.matrix_size(z)
        x, y = grid.bbox.min_x, grid.bbox.max_y if grid.origin == "nw" else grid.bbox.min_y
        return {
            "id": str(z),
            "cellSize": grid.resolutions[z],
            "scaleDenominator": grid.resolutions[z] * grid.srs.metres_per_unit / STANDARD_PIXEL_METRES,
            "cornerOfOrigin": _CORNERS[grid.origin],
            "pointOfOrigin": [y, x] if self._north_first else [x, y],
            "matrixWidth": columns,
            "matrixHeight": rows,
            "tileWidth": grid.tile_size.width,
            "tileHeight": grid.tile_size.height,
        }


class MatrixSets:
    """All grids of the configuration, whether or not caches use them.

    Args:
        keys: what the configuration calls them.
        grid: gives a grid by its key.
    """

    def __init__(self, keys: Sequence[str], grid: Callable[[str], TileGrid]) -> None:
        self._keys = {
            WEB_MERCATOR_QUAD if key == _GRID_OF_WEB_MAPS else key: key
            for key in keys
            if key == _GRID_OF_WEB_MAPS or (key != WEB_MERCATOR_QUAD and fits_in_path(key))
        }
        self._grid = grid

    @property
    def identifiers(self) -> Sequence[str]:
        """The names of all, in the order of the configuration."""
        return tuple(self._keys)

    def all(self) -> list[MatrixSet]:
        """All of them."""
        return [self.find(identifier) for identifier in self._keys]

    def of_body(self, srs: Srs) -> list[MatrixSet]:
        """Those of the celestial body that ``srs`` is one of."""
        return [one for one in self.all() if is_of_earth(one.grid.srs) == is_of_earth(srs)]

    def find(self, identifier: str) -> MatrixSet:
        """One of them.

        :raises UnknownTileGrid: there is none of this name.
        """
        key = self._keys.get(identifier)
        if key is None:
            raise UnknownTileGrid("TileMatrixSet not found", locator="tileMatrixSetId")
        return MatrixSet(identifier, key, self._grid(key))

"""Documents of OGC API Tiles (OGC 20-057) and the tile matrix sets in them (OGC 17-083r4), as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tilekeep.domain.found_tiles import TileRange
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile_matrix_set import TileMatrix


def tilesets_of(document: Mapping[str, Any], data_type: str, matrix_set: str | None) -> Iterator[Mapping[str, Any]]:
    """The tile sets with maps, or whatever ``data_type`` says, in a list; those of one matrix set if it is named.

    A tile set is of a matrix set if one of its links ends in the name of that (spec/sources.md, 8.5).
    """
    for tileset in document["tilesets"]:
        if not isinstance(tileset, dict) or tileset.get("dataType") != data_type:
            continue
        hrefs = [str(link.get("href")).partition("?")[0] for link in tileset.get("links") or ()]
        if matrix_set is None or any(href.endswith(f"/{matrix_set}") for href in hrefs):
            yield tileset


def crs_name(value: Any) -> str:
    """The name in a CRS, which newer documents put into an object."""
    return str(value["uri"] if isinstance(value, dict) else value)


def matrices_of(document: Mapping[str, Any]) -> list[TileMatrix]:
    """The levels of a tile matrix set, coarsest first; raises what missing values raise."""
    found = [_matrix(matrix) for matrix in document["tileMatrices"]]
    return sorted(found, key=lambda matrix: matrix.cell_size, reverse=True)


def _matrix(matrix: Mapping[str, Any]) -> TileMatrix:
    x, y = matrix["pointOfOrigin"]
    return TileMatrix(
        identifier=str(matrix["id"]),
        cell_size=float(matrix["cellSize"]),
        point_of_origin=(float(x), float(y)),
        tile_size=Size(int(matrix["tileWidth"]), int(matrix["tileHeight"])),
        matrix_size=Size(int(matrix["matrixWidth"]), int(matrix["matrixHeight"])),
        corner_of_origin=str(matrix.get("cornerOfOrigin", "topLeft")),
        has_variable_widths=bool(matrix.get("variableMatrixWidths")),
    )


def limits_of(document: Mapping[str, Any], grid: TileGrid) -> dict[int, TileRange]:
    """The tiles of each level that a tile set has, where it says so."""
    levels = {name: z for z, name in enumerate(grid.level_names)}
    return {
        levels[str(limit["tileMatrix"])]: TileRange(
            int(limit["minTileCol"]), int(limit["maxTileCol"]), int(limit["minTileRow"]), int(limit["maxTileRow"])
        )
        for limit in document.get("tileMatrixSetLimits") or ()
        if str(limit["tileMatrix"]) in levels
    }

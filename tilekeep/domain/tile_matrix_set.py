"""A grid as an OGC tile matrix set describes it (OGC 17-083r4), with the words of that standard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.origin import Origin
from tilekeep.domain.srs import Srs

_ORIGINS: dict[str, Origin] = {"topLeft": "nw", "bottomLeft": "sw"}


class TileMatrix(NamedTuple):
    """One level as the document states it (17-083r4, table 4).

    ``cell_size`` is in CRS units per pixel, ``point_of_origin`` in the axis order of the CRS, ``matrix_size`` in
    columns and rows.
    """

    identifier: str
    cell_size: float
    point_of_origin: tuple[float, float]
    tile_size: Size
    matrix_size: Size
    corner_of_origin: str = "topLeft"
    has_variable_widths: bool = False


def grid_of_matrices(name: str, srs: Srs, matrices: Sequence[TileMatrix]) -> TileGrid:
    """The grid of a tile matrix set (spec/config-globals-grids.md, 11.9), its levels named by the identifiers.

    The bbox is that of the first matrix; the sizes of all matrices are those of the document.

    :raises ConfigurationError: a matrix set that is no pyramid over one point of origin.
    """
    if not matrices:
        raise ConfigurationError(f"tile matrix set {name}: no tile matrices; name another tile matrix set")
    first = matrices[0]
    for matrix in matrices:
        _refuse_unlike(name, first, matrix)
    return TileGrid(
        name=name,
        srs=srs,
        bbox=_bbox(srs, first),
        tile_size=first.tile_size,
        resolutions=tuple(matrix.cell_size for matrix in matrices),
        origin=_ORIGINS[first.corner_of_origin],
        level_names=tuple(matrix.identifier for matrix in matrices),
        stated_matrix_sizes=tuple(matrix.matrix_size for matrix in matrices),
    )


def _bbox(srs: Srs, matrix: TileMatrix) -> BBox:
    x, y = reversed(matrix.point_of_origin) if srs.north_first else matrix.point_of_origin
    width = matrix.tile_size.width * matrix.matrix_size.width * matrix.cell_size
    height = matrix.tile_size.height * matrix.matrix_size.height * matrix.cell_size
    if matrix.corner_of_origin == "topLeft":
        return BBox(x, y - height, x + width, y)
    return BBox(x, y, x + width, y + height)


def _refuse_unlike(name: str, first: TileMatrix, matrix: TileMatrix) -> None:
    place = f"tile matrix set {name}, matrix {matrix.identifier}"
    remedy = "name another tile matrix set"
    if matrix.has_variable_widths:
        raise ConfigurationError(f"{place}: variableMatrixWidths are not supported; {remedy}")
    if matrix.corner_of_origin not in _ORIGINS:
        raise ConfigurationError(f"{place}: cornerOfOrigin {matrix.corner_of_origin!r} is unknown; {remedy}")
    for field, word in (
        ("tile_size", "tileWidth and tileHeight"),
        ("point_of_origin", "pointOfOrigin"),
        ("corner_of_origin", "cornerOfOrigin"),
    ):
        here, there = getattr(matrix, field), getattr(first, field)
        if here != there:
            raise ConfigurationError(f"{place}: {word} {here!r} differs from {there!r} of the first matrix; {remedy}")

"""What a GetTile request means, however it is written (spec/services.md, 5.2 to 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.domain.dimensions import chosen_dimensions
from tilekeep.domain.errors import InvalidParameter, TileOutsideGrid
from tilekeep.domain.public_levels import PublicLevels
from tilekeep.domain.tile_variant import DOUBLE
from tilekeep.entrypoints.wsgi.tile_numbers import OUTSIDE_GRID, is_integer, tile_number
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets


class TileParameters(NamedTuple):
    """The parameters as text; ``format`` is a subtype, or empty for the layer's own.

    A ``row`` that ends with ``@2x`` asks for twice the pixels.
    """

    layer: str
    matrix_set: str
    matrix: str
    column: str
    row: str
    format: str


def located(sets: MatrixSets, wanted: TileParameters, dimensions: Mapping[str, str]) -> Located:
    """The tile; ``dimensions`` maps lower-case names to the values of the request.

    :raises RequestError: there is no such tile.
    """
    matrix_set = sets.find(wanted.layer, wanted.matrix_set)
    route = matrix_set.route
    row_text = wanted.row.removesuffix(DOUBLE)
    form = route.form(wanted.format, doubled=row_text != wanted.row)
    column = _number("tilecol", wanted.column)
    row = _number("tilerow", row_text)
    level = matrix_set.level(wanted.matrix)
    chosen = route.default_dimensions
    if chosen:
        chosen = chosen_dimensions(route.layer.outline.dimensions, dimensions)
    try:
        key = route.key(level, column, row, "nw", chosen)
    except TileOutsideGrid:
        raise _outside(route.levels, level, column, row) from None
    return route.located(key, form)


def _number(name: str, text: str) -> int:
    if not is_integer(text):
        raise InvalidParameter(f"invalid {name}: {text}", locator=name)
    try:
        return tile_number(text)
    except TileOutsideGrid as error:
        raise TileOutsideGrid(error.message, locator=name) from None


def _outside(levels: PublicLevels, level: int, column: int, row: int) -> TileOutsideGrid:
    """The error for a tile that does not exist, with the first parameter that is to blame."""
    place = f"(tilematrix {level}, tilecol {column}, tilerow {row})"
    if not 0 <= level < len(levels.orders):
        culprit = "tilematrix"
    else:
        culprit = "tilerow" if 0 <= column < levels.matrix_size(level).width else "tilecol"
    return TileOutsideGrid(f"{OUTSIDE_GRID} {place}", locator=culprit)

"""What the script of a page has to know of tiles in a grid."""

from __future__ import annotations

from typing import Any, NamedTuple

from tilekeep.application.catalogue import LayerInGrid
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile_variant import DOUBLE


class TileForm(NamedTuple):
    """The form of tile addresses with ``{z}``, ``{x}`` and ``{y}``, and how its service counts levels and rows."""

    form: str
    service: TileService
    origin: Origin


def tile_data(layer: LayerInGrid, tiles: TileForm) -> dict[str, Any]:
    """The tiles of a layer.

    Boxes are ``[min_x, min_y, max_x, max_y]`` in units of the grid's SRS, resolutions in SRS units per pixel, sizes
    ``[width, height]``; ``origin`` is the corner from which the addresses of the tiles count rows, ``sharpTiles`` the
    form of those with twice the pixels, or None.
    """
    grid, opaque = layer.grid, layer.encoding.opaque
    levels = PublicLevels(grid, tiles.service)
    return {
        "kind": "vector tiles" if opaque is not None and opaque.is_vector_tile else "tiles",
        "srs": grid.srs.code,
        "unit": "degrees" if grid.srs.geographic else "metres",
        "bbox": list(grid.bbox),
        "extent": list(layer.extent),
        "origin": tiles.origin,
        "tileSize": list(grid.tile_size),
        "resolutions": [level.resolution for level in levels.orders],
        "matrixSizes": [list(levels.matrix_size(level.order)) for level in levels.orders],
        "tiles": tiles.form,
        "sharpTiles": tiles.form.replace("{y}", f"{{y}}{DOUBLE}") if layer.variants.doubled else None,
    }
